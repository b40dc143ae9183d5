/**
 * The button that removes. It asks for a second click where much would be lost: nothing brings it
 * back.
 */
import { bytes } from "./format.js";

/** What comes again in no time is not worth a question. */
const MUCH = 1_000_000;

export class Removal {
  /** What it asks just now, or nothing. */
  question = "";

  #button;
  #changed;
  #announce;

  /**
   * @param {HTMLElement} button
   * @param {() => void} changed
   * @param {(words: string) => void} announce
   */
  constructor(button, changed, announce) {
    this.#button = button;
    this.#changed = changed;
    this.#announce = announce;
    button.addEventListener("blur", () => this.#ask(""));
    button.addEventListener("keydown", ({ key }) => {
      if (key !== "Escape" || this.question === "") return;
      this.#ask("");
      this.#announce("Not removed");
    });
  }

  /**
   * @param {MouseEvent} click
   * @param {number} received The bytes that would be lost.
   * @returns {boolean} Whether it may be removed now.
   */
  confirms(click, received) {
    if (received < MUCH) return true;
    if (this.question === "") {
      this.#ask(`Remove? This deletes ${bytes(received)}.`);
      // A click alone does not give it in every browser, and to lose it takes the question back.
      this.#button.focus();
      this.#announce(`${this.question} Press again to remove it, or Escape to keep it`);
      return false;
    }
    // The second half of a double click is no answer.
    if (click.detail > 1) return false;
    this.#ask("");
    return true;
  }

  /** @param {string} question */
  #ask(question) {
    if (question === this.question) return;
    this.question = question;
    this.#changed();
  }
}
