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
 * @param {Code} [code] Why it failed.
 */
export function isOfUse(action, state, code) {
  if (STATES[action]?.includes(state) === false) return false;
  switch (action) {
    case "resume":
      return !SPOILT.includes(code);
    case "again":
      return SPOILT.includes(code);
    default:
      return true;
  }
}
