/** Where the user writes: sends, stops, and says why something cannot be sent. */

import { hasEnded } from "./hawk-chat.js";
import { setText } from "./dom.js";

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

  constructor(chat, thread) {
    this.#chat = chat;
    this.#thread = thread;
    byID("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#field.addEventListener("keydown", (event) => this.#keyPressed(event));
    this.#field.addEventListener("input", () => this.#changed());
    new ResizeObserver(() => this.#fit()).observe(byID("composer"));
    byID("stop").addEventListener("click", () => chat.stop(this.#stoppable));
    this.#think.addEventListener("click", () => this.#setThinking(!this.#isThinking));
    this.#setThinking(sessionStorage.getItem(THINKING) === "on");
    for (const suggestion of document.querySelectorAll("#suggestions button")) {
      suggestion.addEventListener("click", () => {
        this.#field.value = suggestion.textContent;
        this.#changed();
        this.focus();
      });
    }
    this.#changed();
  }

  /** Puts the cursor into the box, except on a phone, whose keyboard would cover the page. */
  focus() {
    if (!matchMedia("(pointer: coarse)").matches) this.#field.focus({ preventScroll: true });
  }

  render(state) {
    this.#limit = state.config.limits.content_bytes;
    const running = state.open.messages.flatMap((message) => message.replies).find((reply) => !hasEnded(reply));
    const stop = byID("stop");
    const hadFocus = document.activeElement === stop;
    this.#stoppable = running?.id ?? null;
    stop.hidden = !running;
    stop.disabled = Boolean(running?.stopping);
    this.#showSend();
    if (hadFocus && !running) this.focus();
  }

  get #isThinking() {
    return this.#think.getAttribute("aria-pressed") === "true";
  }

  #setThinking(isOn) {
    this.#think.setAttribute("aria-pressed", String(isOn));
    sessionStorage.setItem(THINKING, isOn ? "on" : "off");
  }

  /** Enter sends; not while an input method composes, nor on a phone, where it is the only way to a new line. */
  #keyPressed(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    if (matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    this.#send();
  }

  #fit() {
    this.#field.style.height = "auto";
    this.#field.style.height = `${this.#field.scrollHeight}px`;
  }

  #changed() {
    this.#fit();
    const excess = encoder.encode(this.#field.value).length - this.#limit;
    setText(byID("composer-error"), excess > 0 ? `Too long by ${excess.toLocaleString("en")} bytes` : "");
    byID("send").disabled = this.#field.value.trim() === "" || excess > 0;
    this.#showSend();
  }

  /** While an answer runs and nothing is written, stopping is all there is to do. */
  #showSend() {
    byID("send").hidden = this.#stoppable !== null && this.#field.value === "";
  }

  #send() {
    if (byID("send").disabled) return;
    this.#chat.send(this.#field.value.trim(), { thinking: this.#isThinking });
    this.#field.value = "";
    this.#changed();
    this.#thread.follow();
    this.focus();
  }
}
