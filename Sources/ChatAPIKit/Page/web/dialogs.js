/** The menu of a conversation and what it asks: a new title, or whether to delete. */

import { setText } from "./dom.js";

const byID = (id) => document.getElementById(id);

/** One menu and two dialogs serve all conversations. */
export class Dialogs {
  #chat;
  #menu = byID("menu");
  #anchor = null;
  #conversation = null; // the id that the menu is about

  constructor(chat) {
    this.#chat = chat;
    this.#menu.addEventListener("click", (event) => this.#chosen(event.target.closest("[data-action]")?.dataset.action));
    this.#menu.addEventListener("keydown", (event) => this.#moved(event));
    for (const id of ["rename", "remove"]) {
      const dialog = byID(id);
      dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());
      dialog.querySelector("form").addEventListener("submit", (event) => {
        event.preventDefault();
        dialog.close();
        if (id === "rename") this.#rename();
        else chat.remove(this.#conversation);
      });
    }
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

  #chosen(action) {
    if (!action) return;
    this.#menu.hidePopover();
    const conversation = this.#chat.state.conversations.find((each) => each.id === this.#conversation);
    if (action === "rename") {
      byID("rename-name").value = conversation?.title ?? "";
      byID("rename").showModal();
      byID("rename-name").select();
    } else {
      setText(byID("remove-text"), `“${conversation?.title ?? "This conversation"}” and all its answers will be gone, on every device.`);
      byID("remove").showModal();
    }
  }

  #moved(event) {
    const items = [...this.#menu.querySelectorAll("button")];
    const place = items.indexOf(document.activeElement);
    if (event.key === "ArrowDown") items[(place + 1) % items.length].focus();
    else if (event.key === "ArrowUp") items.at(place - 1).focus();
    else if (event.key === "Escape") {
      this.#menu.hidePopover();
      this.#anchor.focus();
    } else return;
    event.preventDefault();
  }

  #rename() {
    const title = byID("rename-name").value.trim();
    if (title !== "") this.#chat.rename(this.#conversation, title);
  }
}
