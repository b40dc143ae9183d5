import assert from "node:assert/strict";
import { test } from "node:test";

import { isOfUse } from "../../www/actions.js";

const ACTIONS = ["pause", "resume", "again", "save", "cancel", "remove"];

/**
 * @param {any} state
 * @param {any} [code]
 */
const buttons = (state, code, writing = false) =>
  ACTIONS.filter((action) => isOfUse(action, state, { code, writing }));

test("what runs can be paused, and what is read back to be verified too", () => {
  for (const state of ["connecting", "downloading", "waiting", "verifying"]) {
    assert.deepEqual(buttons(state), ["pause", "remove"]);
  }
});

test("what is at rest can be resumed or saved", () => {
  assert.deepEqual(buttons("paused"), ["resume", "remove"]);
  assert.deepEqual(buttons("complete"), ["save", "remove"]);
  assert.deepEqual(buttons("failed", "http"), ["resume", "remove"]);
});

test("what cannot be resumed can be started again", () => {
  for (const code of ["changed", "integrity"]) assert.deepEqual(buttons("failed", code), ["again", "remove"]);
});

test("what is being written can be cancelled", () => {
  assert.deepEqual(buttons("complete", undefined, true), ["cancel", "remove"]);
});
