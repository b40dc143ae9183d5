import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { setImmediate } from "node:timers/promises";

import { connect } from "./line.js";

/** What was called of the browser's storage, by name. */
let calls = /** @type {string[]} */ ([]);
let granted = false;

const storage = {
  async persisted() {
    calls.push("persisted");
    return granted;
  },
  async persist() {
    calls.push("persist");
    return true;
  },
};
Object.defineProperty(globalThis, "navigator", { value: { storage } });

beforeEach(() => {
  calls = [];
  granted = false;
});

/** Until everything that is on its way has arrived. */
async function settled() {
  await import("../../js/persistence.js");
  await setImmediate();
}

test("the browser is asked to keep what is stored once, when the first bytes arrive", async () => {
  const { open, say } = connect();
  open();
  say({ state: "connecting" });
  await settled();
  assert.deepEqual(calls, []);
  for (let answers = 0; answers < 3; answers++) say({ state: "downloading" });
  await settled();
  assert.deepEqual(calls, ["persisted", "persist"]);
});

test("what has been granted is not asked for again", async () => {
  granted = true;
  const { open, say } = connect();
  open();
  say({ state: "downloading" });
  await settled();
  assert.deepEqual(calls, ["persisted"]);
});

test("the browser is not asked where nothing is stored, or where the page does not want it", async () => {
  const inMemory = connect();
  inMemory.open();
  inMemory.say({ state: "downloading", storage: "memory" });
  const unwanted = connect(false);
  unwanted.open();
  unwanted.say({ state: "downloading" });
  await settled();
  assert.deepEqual(calls, []);
});
