/** A question: its text, what can be done with it, and the editor that asks it anew. */

import { button, copy, el, setText } from "./dom.js";
import { language, t } from "./language.js";
import { Versions } from "./versions.js";

/** Draws one question; `host` is the thread, which knows what the composer knows. */
export class QuestionView {
  #host;
  #message;
  #drawn = "";

  #bubble = el("div", { class: "bubble", dir: "auto" });
  #versions = new Versions("question", (step) => this.#turn(step));
  #copy = button("question.copy", "copy");
  #edit = button("question.edit", "rename");
  #remove = button("question.delete", "remove");
  #tools = el("div", { class: "question-tools" }, this.#versions.root, this.#copy, this.#edit, this.#remove);
  #editor = null;

  /** The element that holds it all. */
  root = el("article", { class: "question", "data-t-label": "question.you" }, this.#bubble, this.#tools);

  constructor(host, message) {
    this.#host = host;
    this.#message = message;
    this.#bubble.append(message.content);
    this.#copy.addEventListener("click", () => copy(this.#message.content, this.#copy));
    this.#edit.addEventListener("click", () => this.edit());
    this.#remove.addEventListener("click", () => host.askToDelete(this.#message));
  }

  render(message) {
    const drawn = `${message.versions}.${language()}`;
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#message = message;
    this.#versions.render(message.versions.indexOf(message.id), message.versions.length);
  }

  /** Opens the editor. */
  edit() {
    this.#editor ??= new Editor(this.#host, this.#message.content, (text) => this.#edited(text));
    this.root.classList.add("editing");
    this.#bubble.hidden = this.#tools.hidden = true;
    if (!this.#editor.root.isConnected) this.root.append(this.#editor.root);
    this.#editor.focus();
  }

  /** What was written in the editor and not sent; "" if nothing was. */
  get unsent() {
    return this.#editor?.unsent ?? "";
  }

  /** Puts the focus on the arrow that was pressed to get here. */
  focusVersions(step) {
    this.#versions.focus(step);
  }

  #turn(step) {
    const { id, versions } = this.#message;
    const wanted = versions[versions.indexOf(id) + step];
    if (wanted) this.#host.showVersion(wanted, step);
  }

  /** The editor is done: with a new text, or with null and nothing happens. */
  #edited(text) {
    this.#editor.root.remove();
    this.#editor = null;
    this.root.classList.remove("editing");
    this.#bubble.hidden = this.#tools.hidden = false;
    if (text === null) this.#edit.focus();
    else this.#host.edit(this.#message, text);
  }
}

/** Asks a question anew. */
class Editor {
  #host;
  #old;
  #done;
  #field = el("textarea", { rows: "1", dir: "auto", "data-t-label": "question.editor" });
  #submit = el("button", { type: "submit", class: "button primary", "data-t": "question.send" });
  #cancel = el("button", { type: "button", class: "button", "data-t": "cancel" });
  #error = el("p", { class: "field-error", role: "alert" });

  /** The element that holds it all. */
  root = el("form", { class: "editor" }, this.#field, this.#error,
    el("div", { class: "choices" }, el("span", { class: "soft", "data-t": "question.editor-hint" }), this.#cancel, this.#submit));

  constructor(host, text, done) {
    this.#host = host;
    this.#old = this.#field.value = text;
    this.#done = done;
    this.#cancel.addEventListener("click", () => done(null));
    this.#field.addEventListener("input", () => this.#changed());
    this.#field.addEventListener("keydown", (event) => this.#keyPressed(event));
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
  }

  /** What differs from the question as it was. */
  get unsent() {
    const text = this.#field.value.trim();
    return text === this.#old.trim() ? "" : text;
  }

  focus() {
    this.#changed();
    this.#field.focus();
    this.#field.setSelectionRange(this.#field.value.length, this.#field.value.length);
  }

  #changed() {
    this.#field.style.height = "auto";
    this.#field.style.height = `${this.#field.scrollHeight}px`;
    const text = this.#field.value.trim();
    const excess = this.#host.excess(text);
    setText(this.#error, excess > 0 ? t("composer.too-long", { bytes: excess.toLocaleString() }) : "");
    this.#submit.disabled = text === "" || text === this.#old || excess > 0;
  }

  /** As in the message box: Enter sends, where there is a keyboard and no input method composes. */
  #keyPressed(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape") this.#done(null);
    else if (event.key === "Enter" && !event.shiftKey && !matchMedia("(pointer: coarse)").matches) this.#send();
    else return;
    event.preventDefault();
  }

  #send() {
    if (!this.#submit.disabled) this.#done(this.#field.value.trim());
  }
}

/** A question on its way: its text alone. */
export function questionOnItsWay(content) {
  const bubble = el("div", { class: "bubble", dir: "auto" });
  setText(bubble, content);
  return el("article", { class: "question", "data-t-label": "question.you" }, bubble);
}
