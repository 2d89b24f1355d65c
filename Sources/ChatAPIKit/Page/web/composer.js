/** Where the user writes: sends, stops, keeps what is not sent yet, and says why something cannot be sent. */

import { hasEnded } from "./hawk-chat.js";
import { announce, setText } from "./dom.js";
import { t } from "./language.js";
import { forgetAll, recall, remember } from "./storage.js";

const THINKING = "hawk.thinking";
const byID = (id) => document.getElementById(id);
const encoder = new TextEncoder();

/** The box at the bottom; it grows with its text. */
export class Composer {
  #chat;
  #thread;
  #field = byID("question");
  #think = byID("think");
  #limit = 32 << 10; // bytes
  #stoppable = null; // the reply that the stop button ends
  #open = null; // the conversation that is written to, and under which name its draft is kept
  #draft = "";
  #thinking = new Map(); // what was chosen here, by draft
  #isThinking = false;

  constructor(chat, thread) {
    this.#chat = chat;
    this.#thread = thread;
    thread.composer = this;
    byID("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#field.addEventListener("keydown", (event) => this.#keyPressed(event));
    this.#field.addEventListener("input", () => {
      this.#changed();
      remember(this.#draft, this.#field.value);
      this.#showHint(false);
    });
    new ResizeObserver(() => this.#fit()).observe(byID("composer"));
    byID("stop").addEventListener("click", () => this.stop());
    this.#think.addEventListener("click", () => this.#setThinking(!this.#isThinking));
    for (const suggestion of document.querySelectorAll("#suggestions button")) {
      suggestion.addEventListener("click", () => {
        this.#field.value = suggestion.textContent;
        this.#field.dispatchEvent(new Event("input"));
        this.focus();
      });
    }
    this.#changed();
  }

  /** How a question is to be answered. */
  get options() {
    return { thinking: this.#isThinking };
  }

  /** Puts the cursor into the box, except on a phone, whose keyboard would cover the page. */
  focus() {
    if (!matchMedia("(pointer: coarse)").matches) this.#field.focus({ preventScroll: true });
  }

  /** By how many bytes a text is too long; not above 0 if it is not. */
  excess(text) {
    return encoder.encode(text).length - this.#limit;
  }

  /** Takes a text that would be lost where it was written, behind what is here, and says so until something is written. */
  keep(text) {
    this.#field.value = [this.#field.value, text].filter((each) => each !== "").join("\n\n");
    remember(this.#draft, this.#field.value);
    this.#changed();
    this.#showHint(true);
    announce(t("composer.kept"));
  }

  /** Stops the answer that is being written; says whether there is one. */
  stop() {
    if (this.#stoppable !== null) this.#chat.stop(this.#stoppable);
    return this.#stoppable !== null;
  }

  /** Forgets every draft of the user, who signs out. */
  forgetDrafts() {
    forgetAll(`hawk.draft.${this.#chat.state.uid}.`);
    this.#open = null;
  }

  /** Forgets what was written to a conversation that is gone. */
  forgetDraft(id) {
    remember(this.#nameOf(id), null);
  }

  render(state) {
    this.#limit = state.config.limits.content_bytes;
    this.#showDraft(state.open);
    const { thinking } = state.conversations.find((each) => each.id === state.open.id) ?? {};
    this.#showThinking(this.#thinking.get(this.#draft) ?? thinking ?? recall(THINKING, "sessionStorage") === "on");
    const running = state.open.messages.findLast((message) => message.replies.some((reply) => !hasEnded(reply)));
    const reply = running?.replies.find((each) => !hasEnded(each));
    const stop = byID("stop");
    const hadFocus = document.activeElement === stop;
    this.#stoppable = reply?.id ?? null;
    stop.hidden = !reply;
    stop.disabled = Boolean(reply?.stopping);
    this.#showSend();
    if (hadFocus && !reply) this.focus();
  }

  /** What is chosen in a conversation's settings counts, not what was chosen here before. */
  forgetThinking(id) {
    this.#thinking.delete(this.#nameOf(id));
  }

  #nameOf(id) {
    return `hawk.draft.${this.#chat.state.uid}.${id ?? "new"}`;
  }

  /** Each conversation has its draft. One that has just got its id takes along what is being written. */
  #showDraft(open) {
    const name = this.#nameOf(open.id);
    if (open === this.#open && name === this.#draft) return;
    if (open === this.#open) {
      remember(this.#draft, null);
      remember(name, this.#field.value);
      if (this.#thinking.has(this.#draft)) this.#thinking.set(name, this.#thinking.get(this.#draft));
      this.#thinking.delete(this.#draft);
    } else {
      this.#field.value = recall(name) ?? "";
    }
    this.#open = open;
    this.#draft = name;
    this.#changed();
  }

  #showHint(isKept) {
    const hint = byID("composer-hint");
    hint.classList.toggle("kept", isKept);
    setText(hint, t(isKept ? "composer.kept" : "composer.hint"));
  }

  #setThinking(isOn) {
    this.#thinking.set(this.#draft, isOn);
    remember(THINKING, isOn ? "on" : "off", "sessionStorage");
    this.#showThinking(isOn);
  }

  #showThinking(isOn) {
    this.#isThinking = isOn;
    if (this.#think.getAttribute("aria-pressed") !== String(isOn)) this.#think.setAttribute("aria-pressed", String(isOn));
  }

  /** Enter sends; not while an input method composes, nor on a phone, where it is the only way to a new line. */
  #keyPressed(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const isEmpty = this.#field.value === "";
    if (event.key === "Enter" && !event.shiftKey && !matchMedia("(pointer: coarse)").matches) this.#send();
    else if (!(event.key === "ArrowUp" && isEmpty && !event.altKey && this.#thread.editLast())) return;
    event.preventDefault();
  }

  #fit() {
    this.#field.style.height = "auto";
    this.#field.style.height = `${this.#field.scrollHeight}px`;
  }

  #changed() {
    this.#fit();
    const excess = this.excess(this.#field.value);
    setText(byID("composer-error"), excess > 0 ? t("composer.too-long", { bytes: excess.toLocaleString() }) : "");
    byID("send").disabled = this.#field.value.trim() === "" || excess > 0;
    this.#showSend();
  }

  /** While an answer runs and nothing is written, stopping is all there is to do. */
  #showSend() {
    byID("send").hidden = this.#stoppable !== null && this.#field.value === "";
  }

  #send() {
    if (byID("send").disabled) return;
    this.#chat.send(this.#field.value.trim(), this.options);
    this.#field.value = "";
    remember(this.#draft, null);
    this.#changed();
    this.#thread.follow();
    this.focus();
  }
}
