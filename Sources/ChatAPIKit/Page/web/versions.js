/** The arrows between the versions of a question or an answer. */

import { button, el, setText } from "./dom.js";
import { t } from "./language.js";

/** `‹ 2 of 3 ›`; hidden where there is only one. */
export class Versions {
  #older;
  #newer;
  #count = el("span", { class: "soft" });

  /** The element that holds it all. */
  root;

  /** `turn(step)` is called with -1 and 1; `kind` is "question" or "answer". */
  constructor(kind, turn) {
    this.#older = button(`${kind}.older`, "back");
    this.#newer = button(`${kind}.newer`, "forward");
    this.root = el("span", { class: "versions", hidden: true }, this.#older, this.#count, this.#newer);
    this.#older.addEventListener("click", () => turn(-1));
    this.#newer.addEventListener("click", () => turn(1));
  }

  render(place, count) {
    this.root.hidden = count < 2;
    setText(this.#count, t("versions.place", { place: place + 1, count }));
    const focused = document.activeElement;
    this.#older.disabled = place <= 0;
    this.#newer.disabled = place >= count - 1;
    // A button that can do no more loses the focus: the other one gets it.
    if (focused === this.#older || focused === this.#newer) this.focus(focused === this.#older ? -1 : 1);
  }

  /** Puts the focus on the arrow of a direction, or on the other one at the end. */
  focus(step) {
    const [wanted, other] = step < 0 ? [this.#older, this.#newer] : [this.#newer, this.#older];
    (wanted.disabled ? other : wanted).focus({ preventScroll: true });
  }
}
