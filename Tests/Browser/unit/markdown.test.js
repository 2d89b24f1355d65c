import { showMarkdown } from "/web/markdown.js";
import { grammarOf, piecesOf, showCode } from "/web/highlight.js";
import { expect, makeRandom, test } from "./harness.js";

function html(text, options) {
  const container = document.createElement("div");
  showMarkdown(container, text, options);
  for (const head of container.querySelectorAll(".code-head")) head.remove();
  for (const code of container.querySelectorAll("pre code")) code.replaceChildren(code.textContent);
  return container.innerHTML
    .replace(/ (class|tabindex|scope|role|aria-label|data-t|data-t-label)="[^"]*"/g, "")
    .replaceAll(' target="_blank" rel="noopener noreferrer"', "");
}

const cases = {
  "paragraphs and line breaks": ["a\nb\n\nc", "<p>a<br>b</p><p>c</p>"],
  "headings": ["# A\n### B ###", "<h3>A</h3><h5>B</h5>"],
  "emphasis": ["*a* **b** ***c*** ~~d~~ snake_case_name _e_", "<p><em>a</em> <strong>b</strong> <strong><em>c</em></strong> <s>d</s> snake_case_name <em>e</em></p>"],
  "stars that mark nothing": ["2 * 3 * 4 and ** nothing", "<p>2 * 3 * 4 and ** nothing</p>"],
  "emphasis that holds emphasis": ["**a *b* c**", "<p><strong>a <em>b</em> c</strong></p>"],
  "code spans": ["`a*b*` and ``c`d``", "<p><code>a*b*</code> and <code>c`d</code></p>"],
  "escapes": ["\\*a\\* \\# \\a", "<p>*a* # \\a</p>"],
  "bulleted lists": ["- a\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"],
  "numbered lists that go on": ["3. a\n4. b", '<ol start="3"><li><p>a</p></li><li><p>b</p></li></ol>'],
  "nested lists": ["- a\n  - b\n    - c\n- d", "<ul><li><p>a</p><ul><li><p>b</p><ul><li><p>c</p></li></ul></li></ul></li><li><p>d</p></li></ul>"],
  "code in a list": ["1. a\n\n   ```\n   x\n   ```\n2. b", "<ol><li><p>a</p><div><pre><code>x</code></pre></div></li><li><p>b</p></li></ol>"],
  "text after a list": ["- a\n\nb", "<ul><li><p>a</p></li></ul><p>b</p>"],
  "quotes": ["> a\n> - b", "<blockquote><p>a</p><ul><li><p>b</p></li></ul></blockquote>"],
  "rules": ["a\n\n---\n\nb", "<p>a</p><hr><p>b</p>"],
  "code blocks": ["```js\nlet a = '<b>';\n\n```\nafter", "<div><pre><code>let a = '&lt;b&gt;';\n</code></pre></div><p>after</p>"],
  "a code block within another": ["````\n```\n````", "<div><pre><code>```</code></pre></div>"],
  "tables": ["|a|b|\n|-|-:|\n|1|2\\|3|", "<div><table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>2|3</td></tr></tbody></table></div>"],
  "links": ["[a *b*](https://x.org/y_(z) \"t\")", '<p><a href="https://x.org/y_(z)">a <em>b</em></a></p>'],
  "bare links": ["see https://x.org/a_b_c. (http://y.org)", '<p>see <a href="https://x.org/a_b_c">https://x.org/a_b_c</a>. (<a href="http://y.org/">http://y.org</a>)</p>'],
  "mail links": ["<mailto:a@b.c>", '<p><a href="mailto:a@b.c">a@b.c</a></p>'],
  "an image is a link": ["![a cat](https://x.org/cat.png)", '<p><a href="https://x.org/cat.png"><span>Image: </span>a cat</a></p>'],
  "a link to a script is text": ["[a](javascript:alert(1)) [b](JaVaScRiPt:x) [c](data:text/html,x) [d](vbscript:x)", "<p><span>a</span> <span>b</span> <span>c</span> <span>d</span></p>"],
  "a link into this page is text": ["[a](/api/x) [b](#c) [c](//evil.org)", "<p><span>a</span> <span>b</span> <span>c</span></p>"],
  "tags are text": ["<img src=x onerror=alert(1)> <b>a</b>", "<p>&lt;img src=x onerror=alert(1)&gt; &lt;b&gt;a&lt;/b&gt;</p>"],
  "a tag in a link's text is text": ["[<img src=x>](https://x.org)", '<p><a href="https://x.org/">&lt;img src=x&gt;</a></p>'],
  "a quote in an address stays in it": ['[a](https://x.org/"onmouseover="alert(1))', '<p><a href="https://x.org/%22onmouseover=%22alert(1)">a</a></p>'],
};

for (const [name, [text, expected]] of Object.entries(cases)) {
  test(`Markdown: ${name}`, () => expect(html(text), expected));
}

test("Markdown: links open elsewhere and tell nothing about this page", () => {
  const container = document.createElement("div");
  showMarkdown(container, "[a](https://x.org) https://y.org ![b](https://z.org/b.png)");
  for (const link of container.querySelectorAll("a")) expect([link.target, link.rel], ["_blank", "noopener noreferrer"]);
});

test("Markdown: bold and code are shown as such before they are closed", () => {
  expect(html("a **bo", { open: true }), "<p>a <strong>bo</strong></p>");
  expect(html("a `co", { open: true }), "<p>a <code>co</code></p>");
  expect(html("a **", { open: true }), "<p>a</p>");
  expect(html("see [text](https://x", { open: true }), "<p>see text</p>");
  expect(html("```py\nx = 1", { open: true }), "<div><pre><code>x = 1</code></pre></div>");
});

test("Markdown: growing piece by piece ends as the whole does, and keeps what stands", () => {
  const text = "# T\n\nSome **bold** text.\n\n- a\n  - b\n- c\n\n```js\nlet x;\n```\n\n|a|b|\n|-|-|\n|1|2|\n\nEnd.";
  const container = document.createElement("div");
  let heading = null;
  for (let end = 1; end <= text.length; end += 1) {
    showMarkdown(container, text.slice(0, end), { open: true });
    if (end === 6) heading = container.firstElementChild;
  }
  showMarkdown(container, text);
  const whole = document.createElement("div");
  showMarkdown(whole, text);
  expect(container.innerHTML, whole.innerHTML);
  expect(container.firstElementChild === heading, true);
});

const RICH = [
  "# Title", "", "Some **bold** and `code` text, _and more_.", "1. first", "2. second", "   - nested", "", "| a | b |", "|---|--:|",
  "| 1 | 2 |", "| 3 | 4 |", "", "```swift", "let x = 1 // one", "/* two", "lines */ func f() {}", "```", "", "> quoted", "> more", "",
  "A link [text](https://x.org/a) and https://y.org/b.", "", "---", "", "Then 5 * 3, snake_case and - no list.", "- a", "- b", "", "End.",
].join("\n");

test("Markdown: what was shown while it grows never becomes something else", () => {
  const container = document.createElement("div");
  const seen = [];
  for (let end = 1; end <= RICH.length; end += 1) {
    showMarkdown(container, RICH.slice(0, end), { open: true });
    const kinds = [...container.children].map((child) => `${child.nodeName}.${child.className}`);
    for (const [index, kind] of kinds.entries()) expect([end, index, kind], [end, index, seen[index] ?? kind]);
    expect(kinds.length >= seen.length, true);
    seen.splice(0, seen.length, ...kinds);
  }
});

test("Markdown: what is shown while it grows does not shrink", () => {
  const container = document.createElement("div");
  document.body.append(container);
  let highest = 0;
  for (let end = 1; end <= RICH.length; end += 1) {
    showMarkdown(container, RICH.slice(0, end), { open: true });
    expect([end, container.offsetHeight >= highest], [end, true]);
    highest = container.offsetHeight;
  }
  container.remove();
});

test("Markdown: any text growing in pieces of any size looks at its end as it does at once", () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = makeRandom(seed);
    const lines = RICH.split("\n").concat("", "", "```", "text", "| x |", "    code", "\ttab", "* * *", "1) x", "**", "![i](https://z.org)");
    const text = Array.from({ length: 30 }, () => lines[Math.floor(random() * lines.length)]).join("\n");
    const container = document.createElement("div");
    for (let end = 0; end < text.length; end += 1 + Math.floor(random() * 12)) showMarkdown(container, text.slice(0, end), { open: true });
    showMarkdown(container, text);
    const whole = document.createElement("div");
    showMarkdown(whole, text);
    const same = [...whole.children].findIndex((child, index) => !child.isEqualNode(container.children[index]));
    expect([seed, container.children[same]?.outerHTML], [seed, whole.children[same]?.outerHTML]);
    expect(container.childElementCount, whole.childElementCount);
  }
});

test("Markdown: a long text that grows costs what its end costs", () => {
  const container = document.createElement("div");
  const long = `${RICH}\n\n`.repeat(150);
  showMarkdown(container, long, { open: true });
  const begun = performance.now();
  for (let round = 0; round < 200; round += 1) showMarkdown(container, long + "word ".repeat(round), { open: true });
  const each = (performance.now() - begun) / 200;
  if (each > 4) throw new Error(`${each.toFixed(2)} ms for each piece of ${long.length} characters`);
});

test("code is coloured, and its text stays what it is", () => {
  const kinds = (language, line) => piecesOf(grammarOf(language), line, null).pieces.filter(([kind]) => kind).map((piece) => piece.join(":")).join(" ");
  expect(kinds("swift", 'let x = 42 // "no"'), 'word:let number:42 comment:// "no"');
  expect(kinds("js", "const a = f('b\\'c') + Math.PI"), "word:const name:f string:'b\\'c' name:Math");
  expect(kinds("py", "def f(x): return None # end"), "word:def name:f word:return word:None comment:# end");
  expect(kinds("sql", "SELECT a FROM t -- all"), "word:SELECT word:FROM comment:-- all");
  expect(kinds("json", '{"a": [1, true]}'), 'string:"a" number:1 word:true');
  expect([grammarOf("unknown"), grammarOf("constructor"), grammarOf("__proto__")], [null, null, null]);
});

test("a comment over several lines is one, also when it is opened and closed later", () => {
  const code = document.createElement("code");
  const comments = () => [...code.querySelectorAll(".code-comment")].map((each) => each.textContent);
  showCode(code, "c", ["int a; /* one", "two", "*/ int b;"]);
  expect([comments(), code.textContent], [["/* one", "two", "*/"], "int a; /* one\ntwo\n*/ int b;"]);
  showCode(code, "c", ["int a; // one", "two", "*/ int b;", ""]);
  expect([comments(), code.textContent], [["// one"], "int a; // one\ntwo\n*/ int b;\n"]);
});

test("every language keeps every character of hostile code and takes no time", () => {
  const begun = performance.now();
  const random = makeRandom(7);
  const marks = ["/*", "*/", '"', "'", "`", "//", "#", "\\", "<!--", "-->", '"""', "(", "1e", "0x", "$a", "@b", "--", " ", "x", "<a", "="];
  for (const language of ["swift", "ts", "python", "cpp", "java", "go", "rust", "php", "ruby", "sh", "sql", "json", "yaml", "css", "html"]) {
    const lines = Array.from({ length: 60 }, () => Array.from({ length: 300 }, () => marks[Math.floor(random() * marks.length)]).join(""));
    const code = document.createElement("code");
    showCode(code, language, lines);
    expect([language, code.textContent === lines.join("\n")], [language, true]);
    showCode(code, language, ["'\\".repeat(900), '"'.repeat(1999), "a".repeat(100_000)]);
  }
  const spent = performance.now() - begun;
  if (spent > 4000) throw new Error(`took ${spent} ms`);
});

test("Markdown: hostile text costs little", () => {
  const begun = performance.now();
  for (const piece of ["*a ", "**a ", "`", "[", "![", "> ", "- ", "|", "_a", "<", "([", "\\", "1. ", "~~a "]) {
    showMarkdown(document.createElement("div"), piece.repeat(20_000 / piece.length));
  }
  const spent = performance.now() - begun;
  if (spent > 3000) throw new Error(`took ${spent} ms`);
});

test("Markdown: what is selected stays selected while the text grows behind it", () => {
  const container = document.createElement("div");
  document.body.append(container);
  showMarkdown(container, "Some **bold** words", { open: true });
  const [start, , end] = container.querySelector("p").childNodes;
  getSelection().setBaseAndExtent(start, 2, end, 5);
  for (const more of [" and", " and more", " and more\n\nAnother"]) {
    showMarkdown(container, `Some **bold** words${more}`, { open: true });
    expect(getSelection().toString(), "me bold word");
  }
  container.remove();
});
