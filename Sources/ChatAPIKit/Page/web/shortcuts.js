/** What the keyboard does, and the dialog that tells it. */

import { el } from "./dom.js";
import { language, t } from "./language.js";

const byID = (id) => document.getElementById(id);
const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
const COMMAND = isMac ? "⌘" : "Ctrl";
const ALT = isMac ? "⌥" : "Alt";

/** Keys as the dialog shows them, and what they do; a key in braces is a text of the page's language. */
const LIST = [
  [["{enter}"], "send"], [["{shift}", "{enter}"], "line"], [["/"], "write"], [["↑"], "edit"], [["{escape}"], "stop"],
  [[COMMAND, "{shift}", "O"], "new"], [[ALT, "↑"], "previous"], [[ALT, "↓"], "next"], [[COMMAND, "/"], "help"],
];

/** Opens the list of shortcuts. */
export function showShortcuts() {
  const list = byID("shortcut-list");
  if (list.dataset.language !== language()) {
    list.dataset.language = language();
    list.replaceChildren(...LIST.map(([keys, what]) => {
      const names = keys.map((key) => el("kbd", {}, key.replace(/^\{(\w+)\}$/, (_, name) => t(`key.${name}`))));
      return el("div", {}, el("dt", {}, t(`shortcuts.${what}`)), el("dd", {}, names));
    }));
  }
  byID("shortcuts").showModal();
}

/** Begins to listen; `page` does what the keys ask for. */
export function bindShortcuts(page) {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || document.body.dataset.phase !== "ready") return;
    if (document.querySelector("dialog[open], [popover]:popover-open")) return;
    const isWriting = event.target.closest("input, textarea, select") !== null;
    const isEmpty = isWriting && event.target.value === "";
    const command = isMac ? event.metaKey : event.ctrlKey;
    const action = command ? withCommand(event) : event.altKey ? withAlt(event, isWriting && !isEmpty) : plain(event, isWriting);
    if (action && page[action]() !== false) event.preventDefault();
  });
}

function withCommand({ key, shiftKey, altKey }) {
  if (altKey) return null;
  if (shiftKey && key.toLowerCase() === "o") return "beginConversation";
  return key === "/" ? "help" : null;
}

function withAlt({ key, shiftKey }, isWriting) {
  if (isWriting || shiftKey) return null;
  return { ArrowUp: "previousConversation", ArrowDown: "nextConversation" }[key] ?? null;
}

function plain({ key }, isWriting) {
  if (key === "Escape") return "leave";
  if (isWriting) return null;
  return { "/": "write", "?": "help" }[key] ?? null;
}
