/**
 * The state that is worth showing.
 *
 * While a download is held up it tries again and again, and each try connects and ends. To whoever
 * looks on that is one wait, which is over when bytes arrive.
 */

/** @import { Download, State } from "./pkg/index.js" */

/** @type {readonly State[]} */
const TRYING = ["connecting", "downloading"];

export class Steady {
  /**
   * How many bytes there were when it began to wait; null while it does not.
   *
   * @type {number | null}
   */
  #heldAt = null;

  /**
   * To be told of every change.
   *
   * @param {{ state: State, progress: Pick<Download["progress"], "received"> }} download
   * @returns {State}
   */
  see({ state, progress: { received } }) {
    if (this.#heldAt === received && TRYING.includes(state)) return "waiting";
    this.#heldAt = state === "waiting" ? received : null;
    return state;
  }
}
