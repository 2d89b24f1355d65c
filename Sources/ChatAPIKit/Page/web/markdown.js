/**
 * Markdown as chat models write it, to DOM nodes.
 *
 * No HTML passes through: what looks like a tag is text. Links go to http, https and mailto only,
 * and an image becomes a link, so that reading an answer loads nothing from anywhere.
 */

import { el, icon, morph } from "./dom.js";
import { showCode } from "./highlight.js";
import { t } from "./language.js";

const DEEPEST = 10; // levels of quotes, lists and emphasis; what lies deeper is plain text
const FENCE = /^( {0,3})(`{3,}|~{3,})\s*([^`]*)$/;
const HEADING = /^ {0,3}(#{1,6})(?:\s+(.*?))?(?:\s+#+)?\s*$/;
const RULE = /^ {0,3}(?:(?:\*\s*){3,}|(?:-\s*){3,}|(?:_\s*){3,})$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^( *)([-*+]|\d{1,9}[.)])(?:( +)(.*)|\s*)$/;
const TABLE_LINE = /^ {0,3}\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

/**
 * Shows `text` in `container`, replacing only the blocks that changed since the last call.
 *
 * With `open`, the text is still growing: what its end leaves unclosed is shown as if it were closed, and what could
 * become something else with the next letters waits for them. What a growing text costs depends on its last blocks alone.
 */
export function showMarkdown(container, text, { open = false } = {}) {
  const shown = open ? withoutDoubtfulEnd(text) : text;
  const { settled, settledText } = parsed.get(container) ?? { settled: 0, settledText: "" };
  const first = shown.startsWith(settledText) ? settled : 0;
  const blocks = splitBlocks(shown.slice(first > 0 ? settledText.length : 0));
  for (const [at, block] of blocks.entries()) showBlock(container, first + at, block, open && at === blocks.length - 1);
  while (container.children.length > first + blocks.length) container.lastElementChild.remove();
  // The last three blocks may still become others as the text goes on.
  const count = Math.max(0, blocks.length - 3);
  const length = (first > 0 ? settledText.length : 0) + (blocks[count]?.offset ?? 0);
  parsed.set(container, { settled: first + count, settledText: shown.slice(0, length) });
}

/** How many blocks of a container are settled, and the text that they were made from. */
const parsed = new WeakMap();

/** What each shown block was made from. */
const sources = new WeakMap();

function showBlock(container, index, block, isOpen) {
  const old = container.children[index];
  const source = { kind: block.kind, language: block.language, text: `${isOpen}${block.lines.join("\n")}` };
  const known = old && sources.get(old);
  if (known && known.kind === source.kind && known.text === source.text && known.language === source.language) return;
  let shown = old;
  if (known?.kind === "code" && block.kind === "code" && known.language === block.language) {
    showCode(old.querySelector("code"), block.language, block.lines);
  } else {
    const next = renderBlock(block, 0, isOpen);
    if (!old) container.append(next);
    else if (block.kind === "code" || known?.kind === "code") old.replaceWith(next);
    else shown = morph(old, next);
    if (shown !== old || !shown?.isConnected) shown = container.children[index];
  }
  sources.set(shown, source);
}

/** Marks of which one cannot know yet what they begin. */
const DOUBTFUL = /^\s*(?:[-*+]|\d{1,3}[.)]?|#{1,6}|>|`{1,2}|~{1,2}|[-*_=]{2,})\s*$/;
const ROW = /^ {0,3}\|/;

/** Growing text up to where it is clear what is to be shown: an unfinished mark or head of a table would flash as a paragraph. */
function withoutDoubtfulEnd(text) {
  const at = text.lastIndexOf("\n") + 1;
  const last = text.slice(at);
  if (DOUBTFUL.test(last)) return text.slice(0, at);
  const above = lineBefore(text, at);
  if (ROW.test(last) && !ROW.test(above.line)) return text.slice(0, at);
  const isHead = ROW.test(above.line) && !ROW.test(lineBefore(text, above.at).line);
  return isHead && /^[\s|:-]*$/.test(last) && !isTableAt([above.line, last], 0) ? text.slice(0, above.at) : text;
}

function lineBefore(text, end) {
  const at = end < 2 ? 0 : text.lastIndexOf("\n", end - 2) + 1;
  return { line: text.slice(at, Math.max(0, end - 1)), at };
}

// ---------------------------------------------------------------- blocks

/** Cuts text into blocks: { kind, lines, offset, … }; the offset is where the block begins. */
function splitBlocks(text) {
  const raw = text.split("\n");
  const lines = raw.map((line) => line.replace(/\r$/, "").replaceAll("\t", "    "));
  const blocks = [];
  let offset = 0;
  for (let at = 0; at < lines.length; ) {
    if (lines[at].trim() === "") {
      offset += raw[at].length + 1;
      at += 1;
      continue;
    }
    const block = blockAt(lines, at);
    blocks.push({ ...block, offset });
    for (; at < block.end; at += 1) offset += raw[at].length + 1;
  }
  return blocks;
}

function blockAt(lines, start) {
  const line = lines[start];
  const fence = FENCE.exec(line);
  if (fence) return codeAt(lines, start, fence);
  if (HEADING.test(line)) return { kind: "heading", lines: [line], end: start + 1 };
  if (RULE.test(line)) return { kind: "rule", lines: [line], end: start + 1 };
  if (QUOTE.test(line)) return take("quote", lines, start, (next) => next.trim() !== "" && (QUOTE.test(next) || !startsBlock(next)));
  const item = ITEM.exec(line);
  if (item) return listAt(lines, start, item);
  if (isTableAt(lines, start)) return take("table", lines, start, (next, at) => at === start + 1 || next.includes("|"));
  return take("paragraph", lines, start, (next, at) => next.trim() !== "" && !startsBlock(next) && !isTableAt(lines, at));
}

/** The first line and those after it for which `belongs` holds. */
function take(kind, lines, start, belongs) {
  let end = start + 1;
  while (end < lines.length && belongs(lines[end], end)) end += 1;
  return { kind, lines: lines.slice(start, end), end };
}

function startsBlock(line) {
  return FENCE.test(line) || HEADING.test(line) || RULE.test(line) || QUOTE.test(line) || /^ {0,3}(?:[-*+]|1[.)]) +\S/.test(line);
}

function codeAt(lines, start, [, indent, marks, info]) {
  const closing = new RegExp(`^ {0,3}${marks[0]}{${marks.length},}\\s*$`);
  let end = start + 1;
  while (end < lines.length && !closing.test(lines[end])) end += 1;
  const strip = new RegExp(`^ {0,${indent.length}}`);
  const code = lines.slice(start + 1, end).map((line) => line.replace(strip, ""));
  // While the line with the name is still being written, it has none.
  const language = start + 1 < lines.length ? info.trim().split(/\s+/)[0] : "";
  return { kind: "code", language, lines: code, end: Math.min(end + 1, lines.length) };
}

function isTableAt(lines, at) {
  const rule = lines[at + 1];
  return lines[at].includes("|") && rule !== undefined && rule.includes("-") && TABLE_LINE.test(rule)
    && cells(lines[at]).length === cells(rule).length;
}

/** A list: its items' lines, without their marker and indentation. */
function listAt(lines, start, [, outer, firstMark]) {
  const isOrdered = /\d/.test(firstMark);
  const items = [];
  let inner = 0;
  let end = start;
  for (; end < lines.length; end += 1) {
    const line = lines[end];
    const indent = line.length - line.trimStart().length;
    const item = RULE.test(line) ? null : ITEM.exec(line);
    if (item && item[1].length < outer.length + 2 && /\d/.test(item[2]) === isOrdered) {
      inner = item[1].length + item[2].length + Math.min(item[3]?.length ?? 1, 4);
      items.push([item[4] ?? ""]);
    } else if (line.trim() === "") {
      if (lines.slice(end).every((rest) => rest.trim() === "")) break;
      items.at(-1).push("");
    } else if (indent >= Math.min(inner, outer.length + 2)) {
      items.at(-1).push(line.slice(Math.min(indent, inner)));
    } else if (lines[end - 1].trim() !== "" && !startsBlock(line)) {
      items.at(-1).push(line); // a paragraph of the item goes on without its indentation
    } else break;
  }
  const kind = isOrdered ? "ordered" : "bulleted";
  return { kind, first: parseInt(firstMark, 10), items, lines: lines.slice(start, end), end };
}

function renderBlock(block, depth, isOpen) {
  switch (block.kind) {
    case "code": return renderCode(block);
    case "heading": {
      const [, marks, text] = HEADING.exec(block.lines[0]);
      const level = Math.min(marks.length + 2, 6); // h1 and h2 belong to the page
      return withInline(el(`h${level}`, { class: `level-${marks.length}` }), text ?? "", isOpen);
    }
    case "rule": return el("hr");
    case "quote": {
      const text = block.lines.map((line) => line.replace(QUOTE, "")).join("\n");
      return el("blockquote", {}, renderNested(text, depth, isOpen));
    }
    case "ordered":
    case "bulleted": return renderList(block, depth, isOpen);
    case "table": return renderTable(block, isOpen);
    default: return withInline(el("p"), block.lines.map((line) => line.trimStart()).join("\n"), isOpen);
  }
}

function renderNested(text, depth, isOpen) {
  if (depth >= DEEPEST) return [el("p", {}, text)];
  const blocks = splitBlocks(text);
  return blocks.map((block, index) => renderBlock(block, depth + 1, isOpen && index === blocks.length - 1));
}

function renderCode({ language, lines }) {
  const code = el("code");
  showCode(code, language, lines);
  return el(
    "div", { class: "code" },
    el("div", { class: "code-head" }, el("span", language ? {} : { "data-t": "code.text" }, language || null),
      el("button", { type: "button", class: "copy", "data-copy": "code" }, icon("copy"), el("span", { "data-t": "code.copy" }))),
    el("pre", { tabindex: "0" }, code));
}

function renderList({ kind, first, items }, depth, isOpen) {
  const list = el(kind === "ordered" ? "ol" : "ul", { start: kind === "ordered" && first !== 1 ? first : null });
  for (const [index, lines] of items.entries()) {
    list.append(el("li", {}, renderNested(lines.join("\n"), depth, isOpen && index === items.length - 1)));
  }
  return list;
}

function cells(line) {
  return line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

function renderTable({ lines: [head, rule, ...rows] }, isOpen) {
  const sides = cells(rule).map((cell) => (/^:.*:$/.test(cell) ? "center" : cell.endsWith(":") ? "right" : null));
  const row = (line, tag) => {
    const texts = cells(line);
    return el("tr", {}, sides.map((side, index) => withInline(
      el(tag, { class: side, scope: tag === "th" ? "col" : null }), texts[index] ?? "", isOpen)));
  };
  return el(
    "div", { class: "table", tabindex: "0", role: "group", "data-t-label": "table.label" },
    el("table", {}, el("thead", {}, row(head, "th")), el("tbody", {}, rows.map((line) => row(line, "td")))));
}

// ---------------------------------------------------------------- inline

function withInline(element, text, isOpen) {
  // A mark that has just begun at the end of growing text is not shown before what it marks.
  const shown = isOpen ? text.replace(/(^|[\s(])[*_~`]{1,3}$/, "$1") : text;
  element.append(...inline(shown.trimEnd(), 0, isOpen));
  return element;
}

/** The nodes of a piece of text. */
function inline(text, depth, isOpen) {
  const nodes = [];
  const searched = {}; // marks of emphasis -> up to where none of them ends one
  let plain = "";
  const add = (node) => {
    if (plain !== "") nodes.push(document.createTextNode(plain));
    plain = "";
    nodes.push(node);
  };
  for (let at = 0; at < text.length; ) {
    const found = depth < DEEPEST ? inlineAt(text, at, depth, isOpen, searched) : null;
    if (found?.node) add(found.node);
    else plain += found ? found.text : text[at];
    at = found ? found.end : at + 1;
  }
  if (plain !== "") nodes.push(document.createTextNode(plain));
  return nodes;
}

/** What begins at a character: { node or text, end }, or null for the character itself. */
function inlineAt(text, at, depth, isOpen, searched) {
  switch (text[at]) {
    case "\\": {
      if (text[at + 1] === "\n") return { node: el("br"), end: at + 2 };
      return /[!-/:-@[-`{-~]/.test(text[at + 1] ?? "") ? { text: text[at + 1], end: at + 2 } : null;
    }
    case "\n": return { node: el("br"), end: at + 1 };
    case "`": return codeSpanAt(text, at, isOpen);
    case "*":
    case "_":
    case "~": return emphasisAt(text, at, depth, isOpen, searched);
    case "!": return text[at + 1] === "[" ? linkAt(text, at + 1, depth, isOpen, true) : null;
    case "[": return linkAt(text, at, depth, isOpen, false);
    case "<": {
      const address = /^<((?:https?:\/\/|mailto:)[^\s<>]{1,2000})>/i.exec(text.slice(at, at + 2010));
      return address ? { node: link(address[1], [address[1].replace(/^mailto:/i, "")]), end: at + address[0].length } : null;
    }
    case "h":
    case "H": return /\w/.test(text[at - 1] ?? "") ? null : bareLinkAt(text, at);
    default: return null;
  }
}

function codeSpanAt(text, at, isOpen) {
  const marks = /^`+/.exec(text.slice(at))[0];
  for (let close = at + marks.length; ; close += 1) {
    close = text.indexOf(marks, close);
    if (close < 0) break;
    const isWhole = text[close - 1] !== "`" && text[close + marks.length] !== "`";
    if (isWhole) return { node: el("code", {}, text.slice(at + marks.length, close).trim()), end: close + marks.length };
    while (text[close + 1] === "`") close += 1;
  }
  if (isOpen && marks.length === 1 && at + 1 < text.length) return { node: el("code", {}, text.slice(at + 1)), end: text.length };
  return { text: marks, end: at + marks.length };
}

function emphasisAt(text, at, depth, isOpen, searched) {
  const mark = text[at];
  const isDouble = text[at + 1] === mark;
  const marks = isDouble ? mark + mark : mark;
  const start = at + marks.length;
  const plain = { text: marks, end: start };
  if (mark === "~" && !isDouble) return plain;
  if (/^\s?$/.test(text[start] ?? "") || text[start] === mark && isDouble && text[start + 1] === mark) return plain;
  if (mark === "_" && /\w/.test(text[at - 1] ?? "")) return plain; // snake_case is a word
  const tag = mark === "~" ? "s" : isDouble ? "strong" : "em";
  const close = closingAt(text, start, marks, searched);
  if (close > 0) return { node: el(tag, {}, inline(text.slice(start, close), depth + 1, false)), end: close + marks.length };
  // While text grows, an unclosed ** is bold already: its stars would flash otherwise.
  if (isOpen && isDouble) return { node: el(tag, {}, inline(text.slice(start).replace(/[*_~]$/, ""), depth + 1, true)), end: text.length };
  return plain;
}

/** Where an emphasis ends; -1 if it does not. What was searched in vain is not searched again. */
function closingAt(text, start, marks, searched) {
  const mark = marks[0];
  for (let at = Math.max(start, searched[marks] ?? 0); at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === "`") {
      const close = text.indexOf("`", at + 1);
      if (close > 0) at = close;
    } else if (text[at] === mark) {
      let run = 1;
      while (text[at + run] === mark) run += 1;
      const fits = marks.length === 2 ? run >= 2 : run === 1 || run === 3;
      const ends = !/\s/.test(text[at - 1]) && !(mark === "_" && /\w/.test(text[at + run] ?? ""));
      if (fits && ends && at > start) return at + run - marks.length;
      at += run - 1;
    }
  }
  searched[marks] = text.length;
  return -1;
}

function linkAt(text, at, depth, isOpen, isImage) {
  const rest = text.slice(at, at + 4000);
  const match = /^\[((?:[^[\]\\\n]|\\.|\[[^[\]\n]*\]){0,1000})\]\(\s*(?:<([^<>\n]*)>|((?:[^\s()]|\([^\s()]*\))*))(?:\s+(?:"[^"]*"|'[^']*'))?\s*\)/.exec(rest);
  if (!match) {
    const growing = isOpen && /^\[([^[\]\n]{1,200})\]\([^)\n]*$/.exec(rest); // its address is still being written
    return growing ? { text: growing[1], end: at + rest.length } : null;
  }
  const [whole, label, bracketed, bare] = match;
  const address = bracketed ?? bare;
  const content = isImage ? [el("span", { class: "soft", "data-t": "image" }), label || t("image.unnamed")] : inline(label, depth + 1, false);
  return { node: link(address, content), end: at + whole.length };
}

function bareLinkAt(text, at) {
  const match = /^https?:\/\/[^\s<>"'`*]{1,2000}/i.exec(text.slice(at, at + 2010));
  if (!match) return null;
  let address = match[0].replace(/[.,;:!?]+$/, "");
  while (address.endsWith(")") && address.split(")").length > address.split("(").length) address = address.slice(0, -1);
  return { node: link(address, [address]), end: at + address.length };
}

/** A link that opens elsewhere and tells nothing about this page; its text alone if its address is no good. */
function link(address, content) {
  let url = null;
  try {
    url = new URL(address);
  } catch {
    // no address of its own: a relative link would lead into this page
  }
  if (!url || !["http:", "https:", "mailto:"].includes(url.protocol)) return el("span", {}, content);
  const attributes = { href: url.href, target: "_blank", rel: "noopener noreferrer" };
  return el("a", attributes, content);
}
