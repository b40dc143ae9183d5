/**
 * Which buttons are of use.
 */

/** @import { Code, State } from "./pkg/index.js" */

/**
 * In which states; absent: in all.
 *
 * @type {Record<string, State[]>}
 */
const STATES = {
  pause: ["connecting", "downloading", "waiting", "verifying"],
  resume: ["paused", "failed"],
  again: ["failed"],
  save: ["complete"],
  cancel: ["complete"],
};

/**
 * What is stored is of no use: going on from it would fail in the same way.
 *
 * @type {readonly (Code | undefined)[]}
 */
const SPOILT = ["changed", "integrity"];

/**
 * @param {string} action
 * @param {State} state As it is shown.
 * @param {object} more
 * @param {Code | undefined} more.code Why it failed.
 * @param {boolean} more.writing It is being saved to a place that was chosen.
 */
export function isOfUse(action, state, { code, writing }) {
  if (STATES[action]?.includes(state) === false) return false;
  switch (action) {
    case "resume":
      return !SPOILT.includes(code);
    case "again":
      return SPOILT.includes(code);
    case "save":
      return !writing;
    case "cancel":
      return writing;
    default:
      return true;
  }
}
