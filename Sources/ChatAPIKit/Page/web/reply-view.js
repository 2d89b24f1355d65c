/** The answer to one message: its newest reply, or another version of it. */

import { hasEnded } from "./hawk-chat.js";
import { announce, button, copy, el, icon, setText } from "./dom.js";
import { language, reasonText, t } from "./language.js";
import { showMarkdown } from "./markdown.js";
import { Versions } from "./versions.js";

/** Draws a message's replies, one at a time; built once and then only changed. */
export class ReplyView {
  #chat;
  #chosen = null; // the id of the version shown; null is the newest
  #replies = [];
  #drawn = ""; // what the last drawing depended on
  #announced = null; // the state that was last read out

  #thought = el("div", { class: "prose thought" });
  #summary = el("span");
  #thinking = el("details", { class: "thinking", hidden: true },
    el("summary", {}, icon("think"), this.#summary), this.#thought);
  #prose = el("div", { class: "prose", dir: "auto" });
  #waiting = el("p", { class: "waiting" }, el("i"), el("i"), el("i"), el("span", { class: "unseen", "data-t": "answer.waiting" }));
  #note = el("p", { class: "note soft", hidden: true });
  #failure = el("div", { class: "failure", hidden: true });
  #failureText = el("p");
  #retry = button("answer.retry", "again", {}, false);
  #copy = button("answer.copy", "copy", { "data-copy": "answer" });
  #again = button("answer.again", "again");
  #versions = new Versions("answer", (step) => this.#choose(step));
  #tools = el("div", { class: "reply-tools" }, this.#versions.root, this.#copy, this.#again);

  /** The element that holds it all. */
  root = el("article", { class: "answer", "data-t-label": "answer.label" },
    this.#thinking, this.#prose, this.#waiting, this.#note, this.#failure, this.#tools);

  constructor(chat) {
    this.#chat = chat;
    this.#failure.append(icon("warning"), this.#failureText, this.#retry);
    this.#copy.copyText = () => this.#reply?.content ?? "";
    this.#copy.addEventListener("click", () => copy(this.#copy.copyText(), this.#copy));
    this.#retry.addEventListener("click", () => this.#regenerate());
    this.#again.addEventListener("click", () => this.#regenerate());
  }

  /** Draws the chosen reply; `isLast` is whether no message follows. */
  render(replies, isLast) {
    if (replies.length > this.#replies.length) this.#chosen = null; // a new version shows itself
    this.#replies = [...replies];
    const reply = this.#reply;
    const drawn = `${reply?.id}.${reply?.version}.${replies.length}.${isLast}.${language()}`;
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#isLast = isLast;
    if (reply) this.#draw(reply);
    this.root.hidden = !reply && !isLast;
    // The tools keep their place while an answer is written: nothing jumps when they come.
    this.#tools.classList.toggle("waits", !reply || !hasEnded(reply));
  }

  #isLast = false;

  get #reply() {
    return this.#replies.find((reply) => reply.id === this.#chosen) ?? this.#replies.at(-1);
  }

  #draw(reply) {
    const ended = hasEnded(reply);
    this.root.dataset.reply = reply.id;
    this.root.dataset.state = reply.state;
    this.root.setAttribute("aria-busy", String(!ended));

    this.#thinking.hidden = reply.reasoning === "";
    const isThinking = !ended && reply.content === "";
    this.#thinking.classList.toggle("active", isThinking);
    setText(this.#summary, t(isThinking ? "answer.thinking" : "answer.thoughts"));
    showMarkdown(this.#thought, reply.reasoning, { open: isThinking });
    showMarkdown(this.#prose, reply.content, { open: !ended });

    this.#waiting.hidden = ended || reply.content !== "" || reply.reasoning !== "";
    this.#failure.hidden = reply.state !== "failed";
    setText(this.#failureText, reply.error ? reasonText(reply.error) : "");
    setText(this.#note, noteOf(reply));
    this.#note.hidden = this.#note.textContent === "";

    this.#again.hidden = !this.#isLast || reply.state === "failed";
    this.#copy.hidden = reply.content === "";
    this.#versions.render(this.#replies.indexOf(reply), this.#replies.length);
    this.#readOut(reply);
  }

  /** Screen readers hear beginning and end, not each token. */
  #readOut(reply) {
    const heard = `${reply.id}.${hasEnded(reply) ? reply.state : "running"}`;
    if (heard === this.#announced) return;
    const wasRunning = this.#announced === `${reply.id}.running`;
    this.#announced = heard;
    if (!hasEnded(reply)) announce(t("answer.begun"));
    else if (wasRunning) announce(t(`answer.heard-${reply.state}`));
  }

  #regenerate() {
    const reply = this.#replies.at(-1);
    if (reply) this.#chat.regenerate(reply.id);
  }

  #choose(step) {
    const place = this.#replies.indexOf(this.#reply) + step;
    if (!this.#replies[place]) return;
    this.#chosen = this.#replies[place].id;
    this.render(this.#replies, this.#isLast);
  }
}

/** A line below an answer that did not end of its own accord. */
function noteOf(reply) {
  if (reply.stopping) return t("answer.stopping");
  if (reply.state === "stopped") return t("answer.stopped");
  if (reply.state === "finished" && reply.finishReason === "length") return t("answer.length");
  if (reply.state === "finished" && reply.finishReason === "content_filter") return t("answer.filtered");
  return "";
}
