/** The menu of a conversation and the dialogs: a new title, its settings, whether to delete a question. */

import { ChatFailure } from "./hawk-chat.js";
import { el, setText } from "./dom.js";
import { errorText, fieldText, t } from "./language.js";

const encoder = new TextEncoder();
const byID = (id) => document.getElementById(id);

/** One menu and one dialog of each kind serve all conversations. */
export class Dialogs {
  #chat;
  #removals;
  #menu = byID("menu");
  #anchor = null;
  #conversation = null; // the id that the menu is about
  #confirmed = null; // what happens if the question may be deleted
  #settings = {}; // as the dialog showed them

  /** Called with the id of a conversation whose settings changed. */
  onSettings = () => {};

  constructor(chat, removals) {
    this.#chat = chat;
    this.#removals = removals;
    this.#menu.addEventListener("click", (event) => this.#chosen(event.target.closest("[data-action]")?.dataset.action));
    this.#menu.addEventListener("keydown", (event) => this.#moved(event));
    for (const control of document.querySelectorAll("dialog [data-cancel]")) {
      control.addEventListener("click", () => control.closest("dialog").close());
    }
    this.#onSubmit("rename", () => this.#rename());
    this.#onSubmit("delete-question", () => {
      byID("delete-question").close();
      this.#confirmed();
    });
    this.#onSubmit("settings", () => this.#saveSettings());
    byID("rename-name").addEventListener("input", () => this.#showExcess(0));
  }

  /** Opens the menu beside a button. */
  openMenu(anchor, conversation) {
    this.#anchor = anchor;
    this.#conversation = conversation;
    this.#menu.showPopover();
    const box = anchor.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.#menu;
    const top = box.bottom + 4 + height > innerHeight ? box.top - height - 4 : box.bottom + 4;
    this.#menu.style.top = `${Math.max(8, top)}px`;
    this.#menu.style.left = `${Math.max(8, Math.min(box.right - width, innerWidth - width - 8))}px`;
    this.#menu.querySelector("button").focus();
  }

  /** Asks whether a question may go, and calls `done` once it does. */
  askToDelete(message, done) {
    setText(byID("delete-question-text"), t(message.versions.length > 1 ? "delete-question.version" : "delete-question.alone"));
    this.#confirmed = () => {
      this.#chat.deleteMessage(message.id);
      done();
    };
    byID("delete-question").showModal();
  }

  #onSubmit(id, done) {
    byID(id).querySelector("form").addEventListener("submit", (event) => {
      event.preventDefault();
      done();
    });
  }

  /** What the menu opens gives the focus back to the button that opened the menu. */
  #chosen(action) {
    if (!action) return;
    this.#menu.hidePopover();
    this.#anchor.focus();
    const conversation = this.#chat.state.conversations.find((each) => each.id === this.#conversation);
    if (action === "rename") {
      byID("rename-name").value = conversation?.title ?? "";
      this.#showExcess(0);
      byID("rename").showModal();
      byID("rename-name").select();
    } else if (action === "settings") this.#openSettings();
    else if (action === "remove") this.#removals.begin(this.#conversation, conversation?.title || t("conversation.untitled"));
    else this.#export(action);
  }

  #moved(event) {
    const items = [...this.#menu.querySelectorAll("button")];
    const place = items.indexOf(document.activeElement);
    if (event.key === "ArrowDown") items[(place + 1) % items.length].focus();
    else if (event.key === "ArrowUp") items.at(place - 1).focus();
    else if (event.key === "Home") items[0].focus();
    else if (event.key === "End") items.at(-1).focus();
    else if (event.key === "Escape" || event.key === "Tab") {
      this.#menu.hidePopover();
      this.#anchor.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Titles are limited in bytes, of which a character has up to four. */
  #rename() {
    const title = byID("rename-name").value.trim();
    const excess = encoder.encode(title).length - this.#chat.state.config.limits.title_bytes;
    if (excess > 0) return this.#showExcess(excess);
    byID("rename").close();
    if (title !== "") this.#chat.rename(this.#conversation, title);
  }

  #showExcess(bytes) {
    const isTooLong = bytes > 0;
    setText(byID("rename-error"), isTooLong ? t("composer.too-long", { bytes: bytes.toLocaleString() }) : "");
    byID("rename-name").setAttribute("aria-invalid", String(isTooLong));
    if (isTooLong) byID("rename-name").focus();
  }

  async #export(format) {
    try {
      const { name, type, text } = await this.#chat.export(this.#conversation, format);
      const address = URL.createObjectURL(new Blob([text], { type }));
      el("a", { href: address, download: name }).click();
      setTimeout(() => URL.revokeObjectURL(address), 10_000);
    } catch (failure) {
      this.#chat.report(failure);
    }
  }

  // -------------------------------------------------------------- settings

  async #openSettings() {
    const id = this.#conversation;
    try {
      this.#showSettings(await this.#chat.read(id));
    } catch (failure) {
      this.#chat.report(failure);
    }
  }

  #showSettings({ systemPrompt, model, thinking }) {
    const { models = [] } = this.#chat.state.config;
    const names = model === null || models.includes(model) ? models : [...models, model];
    byID("settings-prompt").value = systemPrompt ?? "";
    byID("settings-model").replaceChildren(
      el("option", { value: "", "data-t": "settings.default" }), ...names.map((name) => el("option", { value: name }, name)));
    byID("settings-model").value = model ?? "";
    byID("settings-thinking").value = thinking === null ? "" : thinking ? "on" : "off";
    this.#showProblems([]);
    this.#settings = this.#chosenSettings();
    byID("settings").showModal();
  }

  #chosenSettings() {
    const thinking = byID("settings-thinking").value;
    return {
      systemPrompt: byID("settings-prompt").value.trim() || null,
      model: byID("settings-model").value || null,
      thinking: thinking === "" ? null : thinking === "on",
    };
  }

  /** Sends what was changed here alone: another device may have changed the rest meanwhile. */
  async #saveSettings() {
    const id = this.#conversation;
    const changed = Object.entries(this.#chosenSettings()).filter(([name, value]) => value !== this.#settings[name]);
    if (changed.length === 0) return byID("settings").close();
    const submit = byID("settings").querySelector('[type="submit"]');
    submit.disabled = true;
    this.#showProblems([]);
    try {
      await this.#chat.change(id, Object.fromEntries(changed));
      this.onSettings(id);
      byID("settings").close();
    } catch (failure) {
      if (!(failure instanceof ChatFailure)) throw failure;
      const details = Array.isArray(failure.details) ? failure.details : [];
      this.#showProblems(details);
      if (details.length === 0) setText(byID("settings-error"), errorText(failure));
    } finally {
      submit.disabled = false;
    }
  }

  /** Each field's error below it; the first field that has one gets the focus. */
  #showProblems(details) {
    setText(byID("settings-error"), "");
    const problems = new Map(details.map((each) => [each.field, each]));
    const fields = [...byID("settings").querySelectorAll("[data-field]")];
    for (const field of fields) {
      const problem = problems.get(field.dataset.field);
      setText(byID(field.getAttribute("aria-describedby")), problem ? fieldText(problem) : "");
      field.setAttribute("aria-invalid", String(Boolean(problem)));
    }
    fields.find((field) => problems.has(field.dataset.field))?.focus();
  }
}
