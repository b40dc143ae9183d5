/**
 * Gives the file of a download to the user, and says how far that is and what came of it.
 */
import { percent } from "./format.js";

/** @import { Download, Saved } from "./pkg/index.js" */

/** @type {Record<Saved, string>} */
const OUTCOMES = {
  written: "Saved. The copy in this browser can be removed.",
  // The browser tells no page when it has read the file, and until then it needs the copy.
  "handed-over": "Handed to the browser. Remove it here once that has ended.",
  dismissed: "Not saved: no place was chosen.",
};

const CANCELLED = "Not saved: it was cancelled.";

export class Saving {
  /** Until it has ended, no other begins. */
  underWay = false;
  /** It is being written to a place that the user has chosen, and can be cancelled. */
  writing = false;
  /** What there is to read of the last one. */
  words = "";

  #download;
  #changed;
  #announce;
  #abort = new AbortController();

  /**
   * @param {Download} download
   * @param {() => void} changed
   * @param {(words: string) => void} announce
   */
  constructor(download, changed, announce) {
    this.#download = download;
    this.#changed = changed;
    this.#announce = announce;
  }

  async start() {
    if (this.underWay) return;
    this.#become(true, "");
    let outcome = "";
    try {
      outcome = await this.#save();
      this.#announce(outcome);
    } finally {
      this.writing = false;
      this.#become(false, outcome);
    }
  }

  cancel() {
    this.#abort.abort();
  }

  async #save() {
    const { signal } = (this.#abort = new AbortController());
    try {
      return OUTCOMES[await this.#download.save({ signal, onProgress: (progress) => this.#progress(progress) })];
    } catch (error) {
      if (signal.aborted) return CANCELLED;
      throw error;
    }
  }

  /** @param {import("./pkg/index.js").SaveProgress} progress */
  #progress({ written, total }) {
    // Before this the user was choosing where to: there was nothing to say yet.
    if (!this.writing) this.#announce("Saving");
    this.writing = true;
    this.#become(true, `Saving: ${percent(written / total)}`);
  }

  /**
   * @param {boolean} underWay
   * @param {string} words
   */
  #become(underWay, words) {
    this.underWay = underWay;
    this.words = words;
    this.#changed();
  }
}
