/**
 * The button of `<rangeload-link>` that removes. It asks for a second press where much would be
 * lost: nothing brings it back.
 *
 * @module
 */

/** What comes again in no time is not worth a question. */
const MUCH = 1_000_000;

export class Removal {
  /** Its next press removes. */
  asking = false;

  #button;
  #changed;

  /**
   * @param {HTMLElement} button
   * @param {() => void} changed
   * @param {() => void} kept The user does not want to remove it.
   */
  constructor(button, changed, kept) {
    this.#button = button;
    this.#changed = changed;
    button.addEventListener("blur", () => this.#ask(false));
    button.addEventListener("keydown", ({ key }) => {
      if (key !== "Escape" || !this.asking) return;
      this.#ask(false);
      kept();
    });
  }

  /**
   * Whether it may be removed now.
   *
   * @param {MouseEvent} press
   * @param {number} received The bytes that would be lost.
   */
  confirms({ detail }, received) {
    if (received < MUCH) return true;
    if (!this.asking) {
      this.#ask(true);
      // A click alone does not give it in every browser, and to lose it takes the question back.
      this.#button.focus();
      return false;
    }
    // The second half of a double click is no answer.
    if (detail > 1) return false;
    this.#ask(false);
    return true;
  }

  /** @param {boolean} asking */
  #ask(asking) {
    if (asking === this.asking) return;
    this.asking = asking;
    this.#changed();
  }
}
