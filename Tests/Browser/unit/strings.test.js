import { languageOf } from "/web/language.js";
import { STRINGS } from "/web/strings.js";
import { expect, test } from "./harness.js";

const words = (text) => (text.match(/\{\w+\}/g) ?? []).sort().join();

test("both languages have the same texts, with the same words to fill in", () => {
  expect(Object.keys(STRINGS.zh), Object.keys(STRINGS.en));
  for (const [key, text] of Object.entries(STRINGS.en)) expect([key, words(STRINGS.zh[key])], [key, words(text)]);
});

test("no text is empty", () => {
  for (const table of Object.values(STRINGS)) for (const text of Object.values(table)) expect(text.trim() !== "", true);
});

test("every text that the page names is there, and none is there for nothing", async () => {
  const names = ["index.html", "app.js"];
  let source = "";
  for (let at = 0; at < names.length; at += 1) {
    const text = await (await fetch(`/web/${names[at]}`)).text();
    for (const [, name] of text.matchAll(/from "\.\/([\w-]+\.js)"/g)) if (!names.includes(name)) names.push(name);
    if (!["strings.js", "language.js"].includes(names[at])) source += text;
  }
  const named = [...source.matchAll(/data-t(?:-\w+)?"?(?:=|: )"([\w.-]+)"/g)].map(([, key]) => key);
  expect(named.filter((key) => !(key in STRINGS.en)), []);
  // The rest is named in code, whole or by its beginning as in `error.${code}`.
  const beginnings = [...source.matchAll(/[`"]([\w.-]+\.)\$\{|`\$\{kind\}\.(\w+)`/g)].map((match) => match[1] ?? "");
  const isUsed = (key) => source.includes(`"${key}"`) || beginnings.some((each) => each !== "" && key.startsWith(each))
    || /^(question|answer)\.(older|newer)$/.test(key) || /^(answer\.heard-|list\.|key\.|error\.|field\.)/.test(key);
  expect(Object.keys(STRINGS.en).filter((key) => !isUsed(key)), []);
});

test("the language is the first wanted one that there are texts in, else English", () => {
  expect(["fr,zh-CN,en", "zh-TW", "de,en-GB,zh", "fr", ""].map((list) => languageOf(list.split(","))), ["zh", "zh", "en", "en", "en"]);
});
