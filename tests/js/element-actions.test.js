import assert from "node:assert/strict";
import { test } from "node:test";

import { isForTheBrowser, isOfUse, toggleOf } from "../../js/element-actions.js";

const ACTIONS = /** @type {const} */ (["toggle", "save", "remove"]);

/** @param {any} state */
const buttons = (state) => ACTIONS.filter((action) => isOfUse(action, state));

/**
 * @param {any} state
 * @param {any} [code]
 */
const toggle = (state, code) => toggleOf({ state, error: code ? /** @type {any} */ ({ code }) : null });

test("a state has the buttons that are of use in it", () => {
  for (const state of ["connecting", "downloading", "waiting", "verifying"]) {
    assert.deepEqual(buttons(state), ["toggle"]);
    assert.equal(toggle(state), "pause");
  }
  for (const state of ["paused", "failed"]) assert.deepEqual(buttons(state), ["toggle", "remove"]);
  assert.deepEqual(buttons("complete"), ["save", "remove"]);
});

test("what failed is resumed where that may help, and else begun anew", () => {
  assert.equal(toggle("paused"), "resume");
  for (const code of ["network", "http", "quota", "mismatch"]) assert.equal(toggle("failed", code), "resume");
  for (const code of ["changed", "integrity"]) assert.equal(toggle("failed", code), "again");
});

test("what a page cannot have is left to the browser", () => {
  const blocked = /** @type {any} */ ({ error: { code: "blocked" } });
  assert.ok(isForTheBrowser(blocked));
  assert.ok(!isForTheBrowser({ error: null }));
  assert.ok(!isForTheBrowser(null));
});
