/** The messages of the open conversation, and where they are scrolled to. */

import { announce, arrange, button, el, setText } from "./dom.js";
import { ReplyView } from "./reply-view.js";

const byID = (id) => document.getElementById(id);

/** Draws the open conversation; what did not change is not touched. */
export class Thread {
  #chat;
  #scroller = byID("scroller");
  #list = byID("thread");
  #turns = new Map(); // message id or outbox key -> { root, … }
  #shown = null; // the `open` that is drawn
  #follows = true; // whether the end stays in sight
  #lastTop = 0;
  #first; // the id of the oldest message drawn

  constructor(chat) {
    this.#chat = chat;
    this.#scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    byID("to-end").addEventListener("click", () => this.follow());
    byID("load-older").addEventListener("click", () => chat.loadOlder());
    byID("trouble-retry").addEventListener("click", () => chat.refresh());
    new ResizeObserver(() => this.#keepPlace()).observe(this.#scroller);
    this.#list.addEventListener("click", (event) => copyClicked(event));
  }

  /** Goes to the end and stays there while answers grow. */
  follow() {
    this.#follows = true;
    this.#keepPlace();
  }

  render(state) {
    const { open } = state;
    if (open !== this.#shown) {
      this.#shown = open;
      this.#turns.clear();
      this.#follows = true;
    }
    const waiting = state.outbox.filter((entry) => (open.id === null ? entry.draft === open.draft : entry.conversationID === open.id));
    const first = open.messages[0]?.id;
    const distance = this.#scroller.scrollHeight - this.#scroller.scrollTop;
    const isOlderAbove = this.#first !== undefined && first !== this.#first && this.#turns.has(this.#first);
    this.#first = first;

    const last = waiting.length > 0 ? null : open.messages.at(-1);
    arrange(this.#list, [
      ...open.messages.map((message) => this.#turn(message, message === last)),
      ...waiting.map((entry) => this.#unsent(entry)),
    ]);
    const isEmpty = open.messages.length === 0 && waiting.length === 0;
    byID("empty").hidden = !(isEmpty && open.id === null);
    byID("trouble").hidden = !open.error;
    byID("loading").hidden = open.loaded || Boolean(open.error);
    byID("load-older").hidden = !open.hasOlder;
    if (open.error) showTrouble(open.error);
    if (isOlderAbove) this.#scroller.scrollTop = this.#scroller.scrollHeight - distance;
    this.#keepPlace();
  }

  #turn(message, isLast) {
    let turn = this.#turns.get(message.id);
    if (!turn) {
      const answer = new ReplyView(this.#chat);
      const root = el("div", { class: "turn", "data-message": message.id }, question(message.content), answer.root);
      turn = { root, answer };
      this.#turns.set(message.id, turn);
    }
    turn.answer.render(message.replies, isLast);
    return turn.root;
  }

  #unsent(entry) {
    let turn = this.#turns.get(entry.key);
    if (!turn) {
      const note = el("div", { class: "unsent" });
      turn = { root: el("div", { class: "turn" }, question(entry.content), note), note, state: "" };
      this.#turns.set(entry.key, turn);
    }
    if (turn.state !== entry.state) {
      turn.state = entry.state;
      turn.note.replaceChildren(...(entry.state === "unsent" ? this.#unsentNote(entry) : [el("span", { class: "soft" }, "Sending…")]));
    }
    return turn.root;
  }

  #unsentNote(entry) {
    const retry = button("Send again", "again", {}, false);
    const discard = button("Discard", "close", {}, false);
    retry.addEventListener("click", () => this.#chat.resend(entry.key));
    discard.addEventListener("click", () => this.#chat.discard(entry.key));
    const details = Array.isArray(entry.error.details) ? entry.error.details.map(({ field, message }) => `${field} ${message}.`) : [];
    const words = entry.error.isTransient
      ? ["Not sent yet: this happens by itself once the connection is back."]
      : ["Not sent.", entry.error.message, ...details];
    return [el("span", { role: "alert" }, words.join(" ")), retry, discard];
  }

  // -------------------------------------------------------------- scrolling

  /** Going up ends following; coming to the end begins it again. */
  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    const rest = scrollHeight - scrollTop - clientHeight;
    if (scrollTop < this.#lastTop - 1 && rest > 8) this.#follows = false;
    else if (rest <= 8) this.#follows = true;
    this.#lastTop = scrollTop;
    byID("to-end").hidden = this.#follows || rest < 80;
    if (scrollTop < 200 && this.#shown?.hasOlder && !this.#follows) this.#chat.loadOlder();
  }

  #keepPlace() {
    if (this.#follows && this.#list.childElementCount > 0) this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#scrolled();
  }
}

function question(text) {
  return el("article", { class: "question", "aria-label": "You" }, el("div", { class: "bubble" }, text));
}

function showTrouble(error) {
  const isGone = error.status === 404;
  setText(byID("trouble-title"), isGone ? "This conversation is not here" : "The messages could not be read");
  setText(byID("trouble-text"), isGone
    ? "It was deleted, or it belongs to another user. Choose another one, or begin a new one."
    : error.message);
  byID("trouble-retry").hidden = isGone;
}

/** Copies a code block or a whole answer. */
async function copyClicked(event) {
  const control = event.target.closest("[data-copy]");
  if (!control) return;
  const text = control.dataset.copy === "code"
    ? control.closest(".code").querySelector("code").textContent
    : control.copyText();
  const isCopied = await copy(text);
  announce(isCopied ? "Copied." : "Copying is not possible here.");
  control.classList.toggle("done", isCopied);
  setTimeout(() => control.classList.remove("done"), 1500);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without https the clipboard is out of reach; the old way still works.
    const field = el("textarea", { class: "unseen" }, text);
    document.body.append(field);
    field.select();
    const isCopied = document.execCommand("copy");
    field.remove();
    return isCopied;
  }
}
