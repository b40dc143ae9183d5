import assert from "node:assert/strict";
import { test } from "node:test";

import { Steady } from "../../www/steady.js";

/** What is shown of states and the bytes that are there at each. */
function shown(...changes) {
  const steady = new Steady();
  return changes.map(([state, received]) => steady.see({ state, progress: { received } }));
}

test("tries that bring nothing are one wait", () => {
  assert.deepEqual(
    shown(["connecting", 0], ["waiting", 0], ["connecting", 0], ["waiting", 0], ["connecting", 0]),
    ["connecting", "waiting", "waiting", "waiting", "waiting"],
  );
  assert.deepEqual(
    shown(["downloading", 7], ["waiting", 7], ["downloading", 7], ["waiting", 7]),
    ["downloading", "waiting", "waiting", "waiting"],
  );
});

test("a wait ends with the first bytes", () => {
  assert.deepEqual(
    shown(["waiting", 7], ["downloading", 7], ["downloading", 8], ["downloading", 8]),
    ["waiting", "waiting", "downloading", "downloading"],
  );
});

test("a wait ends with whatever is no try", () => {
  for (const state of ["paused", "failed", "verifying", "complete", "removed"]) {
    assert.deepEqual(shown(["waiting", 7], [state, 7], ["connecting", 7]), ["waiting", state, "connecting"]);
  }
});
