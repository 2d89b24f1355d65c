/** The messages of the open conversation, and where they are scrolled to. */

import { hasEnded } from "./hawk-chat.js";
import { arrange, button, copy, el, setText } from "./dom.js";
import { errorText, fieldText, language, reasonText, t } from "./language.js";
import { QuestionView, questionOnItsWay } from "./question-view.js";
import { ReplyView } from "./reply-view.js";

const CHUNK = 25; // turns; a page of messages is two of them, so that a page put above moves none
const byID = (id) => document.getElementById(id);

/** Draws the open conversation; what did not change is not touched. */
export class Thread {
  #chat;
  #composer = null;
  #dialogs;
  #scroller = byID("scroller");
  #list = byID("thread");
  #turns = new Map(); // message id or outbox key -> { root, … }
  #shown = null; // the `open` that is drawn
  #follows = true; // whether the end stays in sight
  #lastTop = 0;
  #first; // the id of the oldest message drawn
  #drawn = ""; // what the last drawing of all of it depended on
  #before = []; // the messages that were drawn last
  #live = []; // messages whose answers still change
  #wanted = null; // the version that was asked for, to get the focus: { id, step }

  constructor(chat, dialogs) {
    this.#chat = chat;
    this.#dialogs = dialogs;
    this.#scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    byID("to-end").addEventListener("click", () => this.follow());
    byID("load-older").addEventListener("click", () => chat.loadOlder());
    byID("trouble-retry").addEventListener("click", () => chat.refresh());
    new ResizeObserver(() => this.#keepPlace()).observe(this.#scroller);
    this.#list.addEventListener("click", ({ target }) => {
      const control = target.closest('[data-copy="code"]');
      if (control) copy(control.closest(".code").querySelector("code").textContent, control);
    });
  }

  /** Whoever knows how questions are asked. */
  set composer(composer) {
    this.#composer = composer;
  }

  // -------------------------------------------------------------- what questions ask for

  /** By how many bytes a text is too long to be sent; not above 0 if it is not. */
  excess(text) {
    return this.#composer.excess(text);
  }

  edit(message, text) {
    this.#chat.edit(message.id, text, this.#composer.options);
    this.follow();
    this.#composer.focus();
  }

  /** Opens the editor of the last question; says whether there is one. */
  editLast() {
    const last = this.#turns.get(this.#shown?.messages.at(-1)?.id);
    last?.question.edit();
    return Boolean(last);
  }

  askToDelete(message) {
    this.#dialogs.askToDelete(message, () => this.#composer.focus());
  }

  showVersion(id, step) {
    this.#wanted = { id, step };
    this.#follows = false;
    this.#chat.showVersion(id);
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
      this.#before = [];
      this.#follows = true;
    }
    const waiting = state.outbox.filter((entry) => (open.id === null ? entry.draft === open.draft : entry.conversationID === open.id));
    const drawn = `${open.draft}.${open.revision}.${language()}.${waiting.map((entry) => entry.key)}`;
    const last = waiting.length > 0 ? null : open.messages.at(-1);
    if (drawn !== this.#drawn) {
      this.#drawn = drawn;
      this.#drawAll(open, waiting, last);
    } else {
      for (const message of this.#live) this.#turn(message, message === last);
      for (const entry of waiting) this.#unsent(entry);
    }
    this.#live = this.#live.filter((message) => message.replies.some((reply) => !hasEnded(reply)));
    const isEmpty = open.messages.length === 0 && waiting.length === 0;
    byID("empty").hidden = !(isEmpty && open.id === null);
    byID("trouble").hidden = !open.error;
    byID("loading").hidden = open.loaded || Boolean(open.error);
    byID("load-older").hidden = !open.hasOlder;
    if (open.error) showTrouble(open.error);
    this.#keepPlace();
    if (this.#turns.has(this.#wanted?.id)) {
      this.#turns.get(this.#wanted.id).question.focusVersions(this.#wanted.step);
      this.#wanted = null;
    }
  }

  #drawAll({ messages }, waiting, last) {
    if (!this.#wanted) this.#rescue(messages);
    this.#before = messages.slice();
    const first = messages[0]?.id;
    const distance = this.#scroller.scrollHeight - this.#scroller.scrollTop;
    const isOlderAbove = this.#first !== undefined && first !== this.#first && this.#turns.has(this.#first);
    this.#first = first;
    // A question that is being asked anew takes the place of the old one and of what follows that.
    const edited = waiting.map((entry) => messages.findIndex((message) => message.id === entry.edits));
    const end = Math.min(messages.length, ...edited.filter((place) => place >= 0));
    arrangeInChunks(this.#list, [
      ...messages.slice(0, end).map((message) => this.#turn(message, message === last)),
      ...waiting.map((entry) => this.#unsent(entry)),
    ]);
    this.#live = messages;
    if (isOlderAbove) this.#scroller.scrollTop = this.#scroller.scrollHeight - distance;
  }

  /** What was being written in the editor of a question that was deleted elsewhere goes into the message box. */
  #rescue(messages) {
    const present = new Set(messages.map((message) => message.id));
    for (const { id } of this.#before) {
      if (present.has(id)) continue;
      const text = this.#turns.get(id)?.question?.unsent;
      if (!text) continue;
      this.#composer.keep(text);
      this.#turns.delete(id);
    }
  }

  #turn(message, isLast) {
    let turn = this.#turns.get(message.id);
    if (!turn) {
      const question = new QuestionView(this, message);
      const answer = new ReplyView(this.#chat);
      turn = { root: el("div", { class: "turn", "data-message": message.id }, question.root, answer.root), question, answer };
      this.#turns.set(message.id, turn);
    }
    turn.question.render(message);
    turn.answer.render(message.replies, isLast);
    return turn.root;
  }

  #unsent(entry) {
    let turn = this.#turns.get(entry.key);
    if (!turn) {
      const words = el("span", { class: "soft" });
      const resend = button("thread.resend", "again", {}, false);
      const discard = button("thread.discard", "close", {}, false);
      resend.addEventListener("click", () => this.#chat.resend(entry.key));
      discard.addEventListener("click", () => this.#chat.discard(entry.key));
      const root = el("div", { class: "turn" }, questionOnItsWay(entry.content), el("div", { class: "unsent" }, words, resend, discard));
      turn = { root, words, resend, discard };
      this.#turns.set(entry.key, turn);
    }
    const isUnsent = entry.state === "unsent";
    turn.words.className = isUnsent ? "field-error" : "soft";
    if (isUnsent) turn.words.setAttribute("role", "alert");
    else turn.words.removeAttribute("role");
    setText(turn.words, wordsOf(entry));
    turn.resend.hidden = !isUnsent;
    turn.discard.hidden = !isUnsent && entry.waitsUntil === null;
    return turn.root;
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

/** Turns stand in chunks, so that one that grows has the browser look at its chunk and not at thousands of turns. */
function arrangeInChunks(list, turns) {
  const chunks = [];
  for (let at = 0; at < turns.length; at += CHUNK) {
    const part = turns.slice(at, at + CHUNK);
    const known = part.map((turn) => turn.parentElement).find((chunk) => chunk && !chunks.includes(chunk));
    const chunk = known ?? el("div", { class: "chunk" });
    arrange(chunk, part);
    chunks.push(chunk);
  }
  arrange(list, chunks);
}

/** How the sending of a message gets on. */
function wordsOf({ state, error, waitsUntil }) {
  if (waitsUntil !== null) {
    const seconds = Math.max(1, Math.ceil((waitsUntil - Date.now()) / 1000));
    return t("thread.waits", { why: reasonText(error), seconds });
  }
  if (state !== "unsent") return t("thread.sending");
  if (error.isTransient) return t("thread.unsent-transient");
  const details = Array.isArray(error.details) ? error.details.map(fieldText) : [];
  return [t("thread.unsent"), errorText(error), ...details].join(" ");
}

function showTrouble(error) {
  const isGone = error.status === 404;
  setText(byID("trouble-title"), t(isGone ? "trouble.gone" : "trouble.unread"));
  setText(byID("trouble-text"), isGone ? t("trouble.gone-text") : errorText(error));
  byID("trouble-retry").hidden = isGone;
}
