/** The dialog with what one chooses for this browser: light or dark, and the language. */

import { el } from "./dom.js";
import { LANGUAGES, language, localizeAll, setLanguage } from "./language.js";
import { showShortcuts } from "./shortcuts.js";
import { recall, remember } from "./storage.js";
import { STRINGS } from "./strings.js";

const THEME = "hawk.theme";
const byID = (id) => document.getElementById(id);

/** Makes the dialog work; `changed` is called when the page's words are to be drawn again. */
export function bindPreferences(changed) {
  const dialog = byID("preferences");
  byID("languages").append(...LANGUAGES.map((name) => el(
    "label", {}, el("input", { type: "radio", name: "language", value: name }), el("span", { lang: name }, STRINGS[name]["language.name"]))));
  byID("open-preferences").addEventListener("click", () => {
    check("theme", recall(THEME) ?? "");
    check("language", language());
    dialog.showModal();
  });
  byID("open-shortcuts").addEventListener("click", () => {
    dialog.close();
    showShortcuts();
  });
  dialog.addEventListener("change", ({ target }) => {
    if (target.name === "theme") {
      remember(THEME, target.value);
      showTheme(target.value); // of appearance.js
    } else {
      setLanguage(target.value);
      changed();
    }
  });
  localizeAll();

  function check(name, value) {
    const choices = [...dialog.querySelectorAll(`input[name="${name}"]`)];
    (choices.find((each) => each.value === value) ?? choices[0]).checked = true;
  }
}
