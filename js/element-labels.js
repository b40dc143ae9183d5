/**
 * What `<rangeload-link>` says, in one place, so that it can be said in another language.
 *
 * @module
 */
import { sentences } from "./element-sentences.js";

/** @import { Saved, State } from "./index.js" */

/**
 * What the element says.
 *
 * @typedef {object} Labels
 * @property {string} pause A button.
 * @property {string} resume A button.
 * @property {string} again A button, in place of `resume` where that would fail in the same way.
 * @property {string} save A button.
 * @property {string} remove A button.
 * @property {(amount: string) => string} confirm The button that removes, where it asks for a second
 *   press: from 1 MB on.
 * @property {(filename: string) => string} progress The name of the progress bar.
 * @property {(received: string, total: string | null) => string} amount Of bytes, in words.
 * @property {Record<State, string>} states Shown, and announced to screen readers.
 * @property {(why: string | null, until: string | null) => string} wait Why it waits, and the time of
 *   the next try, as far as these are known.
 * @property {string} elsewhere Why it waits, where it waits for another tab.
 * @property {Record<Saved, string>} saved What became of a file that was to be saved; empty where
 *   nothing is to be said.
 * @property {string} native What to do where the page may not read the file, or cannot store it.
 */

/** @type {Labels} */
export const LABELS = {
  pause: "Pause",
  resume: "Resume",
  again: "Start again",
  save: "Save",
  remove: "Remove",
  confirm: (amount) => `Remove? This deletes ${amount}.`,
  progress: (filename) => `Download of ${filename}`,
  amount: (received, total) => (total === null ? received : `${received} of ${total}`),
  states: {
    connecting: "Connecting",
    downloading: "Downloading",
    waiting: "Waiting",
    paused: "Paused",
    verifying: "Verifying",
    complete: "Complete",
    failed: "Failed",
    removed: "Removed",
  },
  wait: (why, until) => sentences(why, until && `Next try at ${until}`),
  elsewhere: "another tab has it",
  saved: {
    written: "Saved. The copy in this browser can be removed.",
    // The browser tells no page when it has read the file, and until then it needs the copy.
    "handed-over": "Handed to the browser. Remove it here once that has ended.",
    dismissed: "",
  },
  native: "The link still works: the browser can download the file by itself.",
};
