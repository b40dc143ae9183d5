/**
 * What can be done with a download of `<rangeload-link>` in the state that it is in.
 *
 * @module
 */

/** @import { Download, State } from "./index.js" */

/** @typedef {"toggle" | "save" | "remove"} Action */

/**
 * In which states a button is of use.
 *
 * @type {Record<Action, State[]>}
 */
const USE = {
  toggle: ["connecting", "downloading", "waiting", "verifying", "paused", "failed"],
  save: ["complete"],
  remove: ["paused", "failed", "complete"],
};

/** Why a page cannot have a file that the browser itself may still fetch. */
const NOT_FOR_PAGES = ["blocked", "quota", "storage"];

/**
 * @param {Action} action
 * @param {State} state
 */
export function isOfUse(action, state) {
  return USE[action].includes(state);
}

/**
 * Whether the link is of more use as the ordinary link that it is.
 *
 * @param {Pick<Download, "error"> | null} download
 */
export function isForTheBrowser(download) {
  return NOT_FOR_PAGES.includes(download?.error?.code ?? "");
}
