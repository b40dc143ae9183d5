/**
 * What can be done with a download of `<rangeload-link>` in the state that it is in.
 *
 * @module
 */

/** @import { Download, State } from "./index.js" */

/** @typedef {"toggle" | "save" | "remove"} Action */

/** @type {State[]} */
const RUNNING = ["connecting", "downloading", "waiting", "verifying"];

/**
 * In which states a button is of use.
 *
 * @type {Record<Action, State[]>}
 */
const USE = {
  toggle: [...RUNNING, "paused", "failed"],
  save: ["complete"],
  remove: ["paused", "failed", "complete"],
};

/** Why a page cannot have a file that the browser itself may still fetch. */
const NOT_FOR_PAGES = ["blocked", "quota", "storage"];

/** What is stored is of no use: going on from it would fail in the same way. */
const SPOILT = ["changed", "integrity"];

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

/**
 * Whether nothing but beginning anew helps.
 *
 * @param {Pick<Download, "error"> | null} download
 */
export function isSpoilt(download) {
  return SPOILT.includes(download?.error?.code ?? "");
}

/**
 * What the first button does.
 *
 * @param {Pick<Download, "error" | "state">} download
 */
export function toggleOf(download) {
  if (RUNNING.includes(download.state)) return "pause";
  return isSpoilt(download) ? "again" : "resume";
}
