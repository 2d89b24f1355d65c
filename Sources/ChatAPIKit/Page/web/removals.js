/** Conversations that are deleted in a moment, unless the user takes that back. */

import { announce, setText } from "./dom.js";
import { t } from "./language.js";
import { recallJSON, remember } from "./storage.js";

const PATIENCE = 8000; // milliseconds
const LOOK = 250;
const GRACE = 2000; // how much longer other tabs wait for the one that began
const RETRY = 5000;
const byID = (id) => document.getElementById(id);

/**
 * Hides a conversation at once and deletes it when the time is over.
 *
 * What waits is kept in the browser: any tab goes on with it when the one it began in is gone, if need be the next that is
 * opened. Undo in one tab holds for all.
 */
export class Removals {
  #chat;

  /** Called whenever the list looks different. */
  onChange = () => {};

  /** Called with the id of a conversation that is gone for good. */
  onGone = () => {};

  #waiting = {}; // id -> { title, until, wasOpen }
  #timer = null;
  #isRunning = new Set();
  #begunHere = new Set();

  constructor(chat) {
    this.#chat = chat;
    byID("undo").addEventListener("click", () => this.undo());
    addEventListener("storage", ({ key }) => {
      if (key === this.#name) this.#look();
    });
  }

  /** Whether a conversation is to be deleted. */
  has(id) {
    return id in this.#waiting;
  }

  begin(id, title) {
    const wasOpen = this.#chat.state.open.id === id;
    this.#read();
    this.#waiting[id] = { title, until: Date.now() + PATIENCE, wasOpen };
    this.#begunHere.add(id);
    this.#write();
    if (wasOpen) this.#chat.open(null);
    announce(t("conversation.deleted", { title }));
    this.#look();
  }

  /** Takes the last one back. */
  undo() {
    const [id, { wasOpen }] = this.#last;
    const hadFocus = document.activeElement === byID("undo");
    this.#read();
    delete this.#waiting[id];
    this.#write();
    announce(t("conversation.restored"));
    if (wasOpen) this.#chat.open(id);
    if (hadFocus) byID("question").focus();
    this.#look();
  }

  /** Goes on with what waited when the page was left. */
  resume() {
    this.#read();
    this.#look();
  }

  /** Deletes at once what waits: its user signs out. */
  async finish() {
    this.#read();
    await Promise.all(Object.keys(this.#waiting).map((id) => this.#remove(id)));
    this.#waiting = {};
    this.#look();
  }

  get #name() {
    return `hawk.removals.${this.#chat.state.uid}`;
  }

  get #last() {
    return Object.entries(this.#waiting).sort(([, a], [, b]) => a.until - b.until).at(-1);
  }

  /** The browser's storage is the truth: another tab may have taken one back. */
  #read() {
    this.#waiting = recallJSON(this.#name) ?? {};
  }

  #write() {
    const isEmpty = Object.keys(this.#waiting).length === 0;
    remember(this.#name, isEmpty ? null : JSON.stringify(this.#waiting));
  }

  /** Now and then while something waits; time stands still while the mouse or the focus is on the button. */
  #look() {
    this.#read();
    const toast = byID("toast");
    const now = Date.now();
    if (!toast.hidden && toast.matches(":hover, :focus-within")) {
      for (const each of Object.values(this.#waiting)) each.until = Math.max(each.until, now + 2 * LOOK);
      this.#write();
    }
    for (const [id, { until }] of Object.entries(this.#waiting)) {
      if (until + (this.#begunHere.has(id) ? 0 : GRACE) <= now) this.#remove(id);
    }
    toast.hidden = !this.#last;
    if (this.#last) setText(byID("toast-text"), t("conversation.deleted", { title: this.#last[1].title }));
    if (this.#last) this.#timer ??= setInterval(() => this.#look(), LOOK);
    else {
      clearInterval(this.#timer);
      this.#timer = null;
    }
    this.onChange();
  }

  async #remove(id) {
    if (this.#isRunning.has(id)) return;
    this.#isRunning.add(id);
    const isGone = await this.#chat.remove(id);
    this.#isRunning.delete(id);
    this.#read();
    if (isGone) {
      delete this.#waiting[id];
      this.onGone(id);
    }
    if (!isGone && this.#waiting[id]) this.#waiting[id].until = Date.now() + RETRY;
    this.#write();
    this.#look();
  }
}
