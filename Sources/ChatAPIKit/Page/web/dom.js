/** Making and updating DOM nodes; nothing here ever parses HTML. */

import { localize, t } from "./language.js";

const SVG = "http://www.w3.org/2000/svg";

/** Icons as paths on a 24 x 24 grid, drawn as lines. */
const ICONS = {
  menu: "M4 7h16M4 12h16M4 17h10",
  close: "M6 6l12 12M18 6L6 18",
  compose: "M12 5H6a2 2 0 0 0-2 2v11a2 2 0 0 0 2 2h11a2 2 0 0 0 2-2v-6M10 14l.6-3L18 3.6a1.7 1.7 0 0 1 2.4 2.4L13 13.4z",
  more: "M5.2 11.5v1M12 11.5v1M18.8 11.5v1M4.8 11.5v1M11.6 11.5v1M18.4 11.5v1",
  send: "M12 19V5M5.5 11.5L12 5l6.5 6.5",
  stop: "M8 8h8v8H8z",
  copy: "M9 9h9a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-7a2 2 0 0 1-2-2zM5 15H4V6a2 2 0 0 1 2-2h9v1",
  check: "M5 12.5l4.5 4.5L19 7.5",
  again: "M20 5v5h-5M4 19v-5h5M19.5 10A8 8 0 0 0 6 6.6L4.5 8M4.5 14A8 8 0 0 0 18 17.4l1.5-1.4",
  back: "M15 5l-7 7 7 7",
  forward: "M9 5l7 7-7 7",
  down: "M12 5v14M5.5 12.5L12 19l6.5-6.5",
  rename: "M4 20l1-4.5L16.5 4a2 2 0 0 1 3 3L8 18.5zM14 6.5l3 3",
  remove: "M5 7h14M10 11v6M14 11v6M6.5 7l1 12a1 1 0 0 0 1 1h7a1 1 0 0 0 1-1l1-12M9 7V4h6v3",
  leave: "M14 5H6v14h8M10 12h11M17.5 8.5L21 12l-3.5 3.5",
  think: "M9.5 18h5M10.5 21h3M8.5 15a6 6 0 1 1 7 0c-.8.6-1 1.2-1 2h-5c0-.8-.2-1.4-1-2z",
  settings: "M4 7h9M19 7h1M4 17h1M11 17h9M16 4.8v4.4M8 14.8v4.4",
  keyboard: "M4 7h16v10H4zM7.5 10.5h.01M11 10.5h.01M14.5 10.5h.01M8.5 13.8h7",
  save: "M12 4v11M7 10.5l5 5 5-5M5 19.5h14",
  undo: "M9 6L4.5 10.5 9 15M5 10.5h9a5 5 0 0 1 0 10h-2",
  warning: "M12 4L2.8 19.5h18.4zM12 10v4.5M12 17h.01",
};

/**
 * An element: `el("button", { type: "button", class: "plain" }, "Stop", icon("stop"))`.
 *
 * Strings become text nodes; null, undefined and false children and attributes are left out. `data-t` and its like
 * name texts of the page's language.
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : value);
  }
  localize(element);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A line icon in the size and colour of the text around it. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** A button with an icon and a text of the page's language, by its key; a quiet one has it as its name only. */
export function button(key, iconName, attributes = {}, quiet = true) {
  const names = quiet ? { class: "icon-button", "data-t-label": key, "data-t-title": key } : { class: "button" };
  return el("button", { type: "button", ...names, ...attributes }, icon(iconName), quiet ? null : el("span", { "data-t": key }));
}

/**
 * Makes `old` look like `next` with as few changes as possible, and answers the node that stands there now.
 *
 * What did not change stays the same node: selection, focus and scroll positions in it survive.
 */
export function morph(old, next) {
  if (old.nodeType !== next.nodeType || old.nodeName !== next.nodeName) {
    old.replaceWith(next);
    return next;
  }
  if (old.nodeType === Node.TEXT_NODE) {
    replaceText(old, next.data);
    return old;
  }
  for (const { name } of [...old.attributes]) if (!next.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of next.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  const children = [...next.childNodes];
  for (const [index, child] of children.entries()) {
    const counterpart = old.childNodes[index];
    if (counterpart) morph(counterpart, child);
    else old.append(child);
  }
  while (old.childNodes.length > children.length) old.lastChild.remove();
  return old;
}

/** Gives a node another text from where they differ: what is selected before that stays selected. */
function replaceText(node, text) {
  let same = 0;
  while (same < node.length && node.data[same] === text[same]) same += 1;
  if (same < node.length || same < text.length) node.replaceData(same, node.length - same, text.slice(same));
}

/** Makes the children of `parent` exactly `wanted`, in order, moving only what is out of place. */
export function arrange(parent, wanted) {
  const keep = new Set(wanted);
  for (const child of [...parent.children]) if (!keep.has(child)) child.remove();
  let next = parent.firstElementChild;
  for (const child of wanted) {
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
  }
}

/** Sets text only when it differs, so that nothing is read out twice. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Copies a text, and says whether that went well. */
export async function copy(text, control) {
  const isCopied = await copyText(text);
  announce(t(isCopied ? "copied" : "copied.not"));
  control.classList.toggle("done", isCopied);
  setTimeout(() => control.classList.remove("done"), 1500);
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without https the clipboard is out of reach; the old way still works.
    const focused = document.activeElement;
    const field = el("textarea", { class: "unseen" }, text);
    document.body.append(field);
    field.select();
    const isCopied = document.execCommand("copy");
    field.remove();
    focused?.focus();
    return isCopied;
  }
}

/** Has a screen reader say something once it is done with what it says. */
export function announce(text) {
  const announcer = document.getElementById("announcer");
  announcer.textContent = "";
  announcer.append(text);
}
