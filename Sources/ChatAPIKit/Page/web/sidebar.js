/** The list of conversations, who is signed in, and the head of the open conversation. */

import { arrange, el, icon, setText } from "./dom.js";
import { t } from "./language.js";

const byID = (id) => document.getElementById(id);
const DAY = 86_400_000;

/** At the side on a wide window, a drawer on a phone. */
export class Sidebar {
  #chat;
  #dialogs;
  #removals;
  #items = new Map(); // conversation id -> its list item
  #groups = new Map(); // age -> { section, heading, list }

  constructor(chat, dialogs, removals) {
    this.#chat = chat;
    this.#removals = removals;
    this.#dialogs = dialogs;
    byID("open-sidebar").addEventListener("click", () => this.open());
    byID("close-sidebar").addEventListener("click", () => this.close());
    byID("scrim").addEventListener("click", () => this.close());
    byID("more-conversations").addEventListener("click", () => chat.loadMoreConversations());
    byID("conversation-menu").addEventListener("click", (event) => dialogs.openMenu(event.currentTarget, chat.state.open.id));
    for (const id of ["new-conversation", "new-conversation-short"]) byID(id).addEventListener("click", () => this.begin());
    matchMedia("(max-width: 52rem)").addEventListener("change", () => this.#setOpen(false));
    byID("sidebar").addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
  }

  open() {
    this.#setOpen(true);
    byID("close-sidebar").focus();
  }

  close() {
    if (!document.body.classList.contains("drawer")) return;
    this.#setOpen(false);
    byID("open-sidebar").focus();
  }

  /** While the drawer covers the conversation, focus stays in the drawer. */
  #setOpen(isOpen) {
    document.body.classList.toggle("drawer", isOpen);
    document.querySelector("main").inert = isOpen;
    byID("open-sidebar").setAttribute("aria-expanded", String(isOpen));
  }

  /** Begins a new conversation. The address may say so already: then there is no event that would. */
  begin() {
    this.close();
    this.#chat.open(null);
    byID("question").focus();
  }

  /** Goes to the conversation above or below the open one; says whether there is one. */
  step(by) {
    const listed = this.#listed(this.#chat.state);
    const place = listed.findIndex((each) => each.id === this.#chat.state.open.id);
    const next = listed[place < 0 ? (by > 0 ? 0 : -1) : place + by];
    if (next) location.hash = `#/c/${next.id}`;
    return Boolean(next);
  }

  #listed({ conversations }) {
    return conversations.filter((each) => !this.#removals.has(each.id));
  }

  render(state) {
    const { open, conversations } = state;
    const current = conversations.find((each) => each.id === open.id);
    const title = open.id === null ? t("conversation.new") : current?.title || t("conversation.some");
    setText(byID("title"), title);
    document.title = open.id === null ? "Hawk" : `${title} · Hawk`;
    byID("conversation-menu").hidden = open.id === null || Boolean(open.error);
    byID("new-conversation").toggleAttribute("aria-current", open.id === null);
    this.#renderUser(state);
    this.#renderList(state);
    byID("more-conversations").hidden = !state.nextConversations;
  }

  #renderUser({ uid, connection }) {
    setText(byID("user-name"), uid ?? "");
    setText(byID("avatar"), (uid ?? "?").trim().slice(0, 1).toUpperCase());
    byID("connection").dataset.status = connection.status;
    setText(byID("connection"), t(`connection.${connection.status}`));
  }

  #renderList(state) {
    const { conversationsLoaded, open, running } = state;
    const conversations = this.#listed(state);
    const grouped = Map.groupBy(conversations, (each) => ageOf(each.updatedAt));
    const sections = [...grouped].map(([age, members]) => {
      let group = this.#groups.get(age);
      if (!group) {
        const [heading, list] = [el("h2", { id: `group-${age}` }), el("ul")];
        group = { section: el("section", { "aria-labelledby": heading.id }, heading, list), heading, list };
        this.#groups.set(age, group);
      }
      setText(group.heading, t(`list.${age}`));
      arrange(group.list, members.map((each) => this.#item(each, each.id === open.id, running.has(each.id))));
      return group.section;
    });
    setText(this.#nothing, t("list.empty"));
    const isEmpty = conversationsLoaded && conversations.length === 0;
    arrange(byID("conversations"), isEmpty ? [this.#nothing] : sections);
    const ids = new Set(conversations.map((each) => each.id));
    for (const id of this.#items.keys()) if (!ids.has(id)) this.#items.delete(id);
  }

  #nothing = el("p", { class: "soft nothing" });

  #item({ id, title }, isOpen, isRunning) {
    let item = this.#items.get(id);
    if (!item) {
      const link = el("a", { href: `#/c/${id}` },
        el("span", { class: "name", dir: "auto" }), el("i", { class: "busy", hidden: true, role: "img", "data-t-label": "list.answering" }));
      const more = el("button", { type: "button", class: "icon-button", "aria-haspopup": "menu" }, icon("more"));
      more.addEventListener("click", () => this.#dialogs.openMenu(more, id));
      item = el("li", {}, link, more);
      this.#items.set(id, item);
    }
    const [link, more] = item.children;
    setText(link.firstElementChild, title || t("conversation.untitled"));
    link.lastElementChild.hidden = !isRunning;
    if (isOpen) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    const label = t("conversation.menu-of", { title: title || t("conversation.untitled") });
    if (more.getAttribute("aria-label") !== label) more.setAttribute("aria-label", label);
    return item;
  }
}

/** How old a conversation is, for the heading under which it is listed. */
function ageOf(time) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  if (time >= midnight) return "today";
  if (time >= midnight - DAY) return "yesterday";
  if (time >= midnight - 7 * DAY) return "week";
  return "earlier";
}
