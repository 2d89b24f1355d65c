/** The page's language: the browser's, or the one chosen here; and the texts in it. */

import { STRINGS } from "./strings.js";
import { recall, remember } from "./storage.js";

const CHOSEN = "hawk.language";
const TAGS = { en: "en", zh: "zh-Hans" };
const PARTS = { "data-t": null, "data-t-label": "aria-label", "data-t-title": "title", "data-t-placeholder": "placeholder" };

/** The first of the wanted languages that there are texts in. */
export function languageOf(wanted) {
  return wanted.map((tag) => tag.toLowerCase().split("-")[0]).find((name) => name in STRINGS) ?? "en";
}

let current = languageOf([recall(CHOSEN) ?? "", ...navigator.languages]);

/** The languages there are. */
export const LANGUAGES = Object.keys(STRINGS);

/** The name of the language in use. */
export function language() {
  return current;
}

/** A text in the language in use, its {words} replaced. */
export function t(key, words = {}) {
  return STRINGS[current][key].replace(/\{(\w+)\}/g, (_, name) => words[name]);
}

/** Why something failed, in the language in use; in the server's words if it is none of the known failures. */
export function reasonText({ code, message }) {
  return `error.${code}` in STRINGS[current] ? t(`error.${code}`) : message;
}

/** The same, with when to try again if the server said so. */
export function errorText(failure) {
  const why = reasonText(failure);
  return failure.retryAfter > 0 ? t("error.soon", { why, seconds: Math.ceil(failure.retryAfter / 1000) }) : why;
}

/** What is wrong with a field of a form. */
export function fieldText({ code, message }) {
  return `field.${code}` in STRINGS[current] ? t(`field.${code}`) : message;
}

/** Fills in the texts that an element names: data-t is its content, data-t-label its accessible name, and so on. */
export function localize(element) {
  for (const [name, attribute] of Object.entries(PARTS)) {
    const key = element.getAttribute(name);
    if (key === null) continue;
    if (attribute) element.setAttribute(attribute, t(key));
    else element.textContent = t(key);
  }
  return element;
}

/** Fills in every text of the document. */
export function localizeAll() {
  document.documentElement.lang = TAGS[current];
  for (const element of document.querySelectorAll(Object.keys(PARTS).map((name) => `[${name}]`).join())) localize(element);
}

/** Changes the language and keeps the choice. */
export function setLanguage(name) {
  current = name;
  remember(CHOSEN, name);
  localizeAll();
}
