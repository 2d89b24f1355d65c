/** The list of conversations, who is signed in, and the head of the open conversation. */

import { arrange, el, icon, setText } from "./dom.js";

const byID = (id) => document.getElementById(id);
const DAY = 86_400_000;

/** At the side on a wide window, a drawer on a phone. */
export class Sidebar {
  #chat;
  #dialogs;
  #items = new Map(); // conversation id -> its list item
  #groups = new Map(); // name -> { section, list }

  constructor(chat, dialogs) {
    this.#chat = chat;
    this.#dialogs = dialogs;
    byID("open-sidebar").addEventListener("click", () => this.open());
    byID("close-sidebar").addEventListener("click", () => this.close());
    byID("scrim").addEventListener("click", () => this.close());
    byID("more-conversations").addEventListener("click", () => chat.loadMoreConversations());
    byID("conversation-menu").addEventListener("click", (event) => dialogs.openMenu(event.currentTarget, chat.state.open.id));
    for (const id of ["new-conversation", "new-conversation-short"]) byID(id).addEventListener("click", () => this.#begin());
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

  /** The address may say so already: then there is no event that would open a new one. */
  #begin() {
    this.close();
    this.#chat.open(null);
    byID("question").focus();
  }

  render(state) {
    const { open, conversations } = state;
    const current = conversations.find((each) => each.id === open.id);
    const title = open.id === null ? "New conversation" : current?.title || "Conversation";
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
    const words = { online: "Connected", connecting: "Connecting…", waiting: "Reconnecting…", offline: "Not connected" };
    byID("connection").dataset.status = connection.status;
    setText(byID("connection"), words[connection.status]);
  }

  #renderList({ conversations, conversationsLoaded, open, running }) {
    const grouped = Map.groupBy(conversations, (each) => ageOf(each.updatedAt));
    const sections = [...grouped].map(([name, members]) => {
      let group = this.#groups.get(name);
      if (!group) {
        const list = el("ul");
        group = { section: el("section", { "aria-label": name }, el("h2", {}, name), list), list };
        this.#groups.set(name, group);
      }
      arrange(group.list, members.map((each) => this.#item(each, each.id === open.id, running.has(each.id))));
      return group.section;
    });
    const isEmpty = conversationsLoaded && conversations.length === 0;
    arrange(byID("conversations"), isEmpty ? [this.#nothing] : sections);
    const ids = new Set(conversations.map((each) => each.id));
    for (const id of this.#items.keys()) if (!ids.has(id)) this.#items.delete(id);
  }

  #nothing = el("p", { class: "soft nothing" }, "Your conversations will be listed here.");

  #item({ id, title }, isOpen, isRunning) {
    let item = this.#items.get(id);
    if (!item) {
      const link = el("a", { href: `#/c/${id}` }, el("span", { class: "name" }), el("i", { class: "busy", hidden: true, role: "img", "aria-label": "Answering" }));
      const more = el("button", { type: "button", class: "icon-button", "aria-haspopup": "menu" }, icon("more"));
      more.addEventListener("click", () => this.#dialogs.openMenu(more, id));
      item = el("li", {}, link, more);
      this.#items.set(id, item);
    }
    const [link, more] = item.children;
    setText(link.firstElementChild, title || "Untitled");
    link.lastElementChild.hidden = !isRunning;
    if (isOpen) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    const label = `Rename or delete ${title}`;
    if (more.getAttribute("aria-label") !== label) more.setAttribute("aria-label", label);
    return item;
  }
}

/** The heading under which a conversation is listed. */
function ageOf(time) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  if (time >= midnight) return "Today";
  if (time >= midnight - DAY) return "Yesterday";
  if (time >= midnight - 7 * DAY) return "This week";
  return "Earlier";
}
