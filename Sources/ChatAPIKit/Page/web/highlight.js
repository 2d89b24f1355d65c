/** Colours for code, line by line: words of the language, names, strings, numbers, comments. */

import { el } from "./dom.js";

const LONGEST = 2000; // characters of a line; a longer one is not for reading

const words = (text) => new Set(text.split(" "));
const C_STRINGS = String.raw`"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?`;
const C_FAMILY = { comment: "//.*", spans: { "/*": ["*/", "comment"] }, strings: C_STRINGS };
const HASH = { comment: "#.*", spans: {}, strings: C_STRINGS };

const GRAMMARS = {
  swift: { ...C_FAMILY, spans: { ...C_FAMILY.spans, '"""': ['"""', "string"] }, words: words("actor any as associatedtype async await borrowing break case catch class consuming continue default defer deinit do else enum extension fallthrough false fileprivate final for func guard if import in init inout internal is isolated let mutating nil nonisolated open operator package private protocol public repeat rethrows return self Self sending some static struct subscript super switch throw throws true try typealias var weak where while") },
  javascript: { ...C_FAMILY, spans: { ...C_FAMILY.spans, "`": ["`", "string"] }, words: words("abstract any as async await boolean break case catch class const continue debugger declare default delete do else enum export extends false finally for from function get if implements import in instanceof interface keyof let namespace never new null number of private protected public readonly return satisfies set static string super switch this throw true try type typeof undefined unknown var void while with yield") },
  python: { ...HASH, spans: { '"""': ['"""', "string"], "'''": ["'''", "string"] }, words: words("and as assert async await break case class continue def del elif else except False finally for from global if import in is lambda match None nonlocal not or pass raise return self True try while with yield") },
  c: { ...C_FAMILY, words: words("alignas alignof auto bool break case catch char class concept const constexpr const_cast continue co_await co_return co_yield decltype default delete do double dynamic_cast else enum explicit extern false final float for friend goto if inline int long mutable namespace new noexcept nullptr NULL operator override private protected public register reinterpret_cast requires restrict return short signed sizeof static static_assert static_cast struct switch template this thread_local throw true try typedef typename union unsigned using virtual void volatile while") },
  java: { ...C_FAMILY, spans: { ...C_FAMILY.spans, '"""': ['"""', "string"] }, words: words("abstract as async await base boolean break by byte case catch char class companion const continue data default do double else enum extends false final finally float for foreach fun get if implements import in init inner instanceof int interface internal is lateinit long namespace native new null object open out override package permits private protected public readonly record return sealed set short static string struct super switch this throw throws true try typealias using val var virtual void volatile when while yield") },
  go: { ...C_FAMILY, spans: { ...C_FAMILY.spans, "`": ["`", "string"] }, words: words("any bool break byte case chan const continue default defer else error fallthrough false float64 for func go goto if import int int64 interface iota len make map nil package range return rune select string struct switch true type uint var") },
  rust: { ...C_FAMILY, strings: String.raw`"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])'`, words: words("as async await bool break char const continue crate dyn else enum extern f32 f64 false fn for i32 i64 if impl in let loop match mod move mut pub ref return self Self static str String struct super trait true type u8 u32 u64 unsafe use usize vec where while") },
  php: { ...C_FAMILY, comment: "(?://|#(?!\\[)).*", words: words("abstract and array as break callable case catch class clone const continue declare default do echo else elseif enum extends false final finally fn for foreach function global if implements include instanceof int interface isset list match namespace new null or print private protected public readonly require return self static string switch this throw trait true try unset use var void while yield") },
  ruby: { ...HASH, words: words("alias and begin break case class def do else elsif end ensure false for if in module new next nil not or private puts raise redo require rescue retry return self super then true undef unless until when while yield") },
  shell: { ...HASH, comment: "(?:^|(?<=\\s))#.*", words: words("alias case cd do done echo elif else esac eval exec exit export fi for function if in local mkdir read return set shift source sudo then trap unset until while") },
  sql: { ...C_FAMILY, comment: "--.*", isBlind: true, words: words("add all alter and as asc begin between by case check column commit constraint count create cross default delete desc distinct drop else end exists foreign from full group having if in index inner insert integer into is join key left like limit not null offset on or order outer primary references returning right rollback select set sum table text then transaction union unique update using values view when where with") },
  json: { ...HASH, comment: "//.*", strings: String.raw`"(?:\\.|[^"\\])*"?`, words: words("true false null") },
  yaml: { ...HASH, comment: "(?:^|(?<=\\s))#.*", name: String.raw`[\w.\-]+(?=\s*[:=])`, words: words("true false null yes no on off") },
  css: { ...C_FAMILY, comment: "(?!)", name: String.raw`[\w\-]+(?=\s*:)|[.#@][\w\-]+`, words: words("important inherit initial unset none auto var calc") },
  markup: { comment: "(?!)", spans: { "<!--": ["-->", "comment"] }, strings: String.raw`"[^"]*"?`, name: String.raw`</?[\w:\-]+|/?>|[\w:\-]+(?==)`, words: new Set() },
};

const ALIASES = {
  js: "javascript", jsx: "javascript", ts: "javascript", tsx: "javascript", typescript: "javascript", mjs: "javascript", node: "javascript",
  py: "python", python3: "python", "c++": "c", cpp: "c", cc: "c", h: "c", hpp: "c", objc: "c", "objective-c": "c", cuda: "c",
  kotlin: "java", kt: "java", cs: "java", csharp: "java", "c#": "java", scala: "java", dart: "java", groovy: "java",
  golang: "go", rs: "rust", rb: "ruby", bash: "shell", sh: "shell", zsh: "shell", console: "shell", dockerfile: "shell", makefile: "shell",
  postgresql: "sql", mysql: "sql", sqlite: "sql", json5: "json", jsonc: "json", yml: "yaml", toml: "yaml", ini: "yaml", properties: "yaml",
  scss: "css", less: "css", html: "markup", xml: "markup", svg: "markup", vue: "markup", plist: "markup",
};

/** What there is to know of a language by the name that a block of code gives it; null if that is nothing. */
export function grammarOf(name) {
  const known = name.toLowerCase();
  const grammar = GRAMMARS[Object.hasOwn(ALIASES, known) ? ALIASES[known] : Object.hasOwn(GRAMMARS, known) ? known : ""];
  if (!grammar) return null;
  grammar.pattern ??= patternOf(grammar);
  return grammar;
}

function patternOf({ comment, spans, strings, name = "(?!)" }) {
  const literal = (text) => text.replace(/[^\w]/g, "\\$&");
  const opening = Object.keys(spans).map(literal).join("|") || "(?!)";
  return new RegExp(
    `(?<span>${opening})|(?<comment>${comment})|(?<string>${strings})|(?<name>${name})`
    + String.raw`|(?<number>(?<![\w$])(?:0[xXbBoO][\da-fA-F_]+|\d[\d_]*(?:\.\d+)?(?:[eE][+\-]?\d+)?))|(?<word>[@$]?[A-Za-z_][\w$]*)`, "g");
}

/**
 * Cuts a line into [kind, text]; `open` is what an earlier line left open: [end, kind] or null.
 *
 * Answers { pieces, open }.
 */
export function piecesOf(grammar, line, open) {
  if (!grammar || line.length > LONGEST) return { pieces: [[null, line]], open };
  const pieces = [];
  let at = 0;
  if (open) {
    const end = line.indexOf(open[0]);
    if (end < 0) return { pieces: [[open[1], line]], open };
    at = end + open[0].length;
    pieces.push([open[1], line.slice(0, at)]);
  }
  const { pattern } = grammar;
  for (pattern.lastIndex = at; ; ) {
    const match = pattern.exec(line);
    if (!match) break;
    const { groups, index } = match;
    let [kind, end] = [kindOf(grammar, groups, line, pattern.lastIndex), pattern.lastIndex];
    if (groups.span !== undefined) {
      const [closing, inside] = grammar.spans[groups.span];
      const close = line.indexOf(closing, end);
      [kind, end] = [inside, close < 0 ? line.length : close + closing.length];
      if (close < 0) open = [closing, inside];
      else open = null;
    } else open = null;
    if (end === index) {
      pattern.lastIndex = end + 1;
      continue;
    }
    if (kind !== null) {
      if (index > at) pieces.push([null, line.slice(at, index)]);
      pieces.push([kind, line.slice(index, end)]);
      at = end;
    }
    pattern.lastIndex = end;
    if (open) return { pieces, open };
  }
  if (at < line.length) pieces.push([null, line.slice(at)]);
  return { pieces, open: null };
}

function kindOf(grammar, groups, line, end) {
  if (groups.comment !== undefined) return "comment";
  if (groups.string !== undefined) return "string";
  if (groups.name !== undefined) return "name";
  if (groups.number !== undefined) return "number";
  if (groups.word === undefined) return null;
  if (grammar.words.has(grammar.isBlind ? groups.word.toLowerCase() : groups.word)) return "word";
  return line[end] === "(" || /^[@A-Z][a-z]/.test(groups.word) ? "name" : null;
}

/** What each shown line was made from, by its block. */
const shown = new WeakMap();

/** Shows lines of code in an element, making only those anew that changed. */
export function showCode(element, language, lines) {
  const grammar = grammarOf(language);
  const known = shown.get(element) ?? [];
  let open = null;
  for (const [index, line] of lines.entries()) {
    const old = known[index];
    if (old && old.line === line && old.before?.[0] === open?.[0]) {
      open = old.after;
      continue;
    }
    const { pieces, open: after } = piecesOf(grammar, line, open);
    // The line break stands before each line but the first: so a line stays what it is when another one follows.
    const span = el("span", {}, index > 0 ? "\n" : null, pieces.map(([kind, text]) => (kind ? el("span", { class: `code-${kind}` }, text) : text)));
    if (old) element.children[index].replaceWith(span);
    else element.append(span);
    known[index] = { line, before: open, after };
    open = after;
  }
  while (element.children.length > lines.length) element.lastElementChild.remove();
  known.length = lines.length;
  shown.set(element, known);
}
