import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";

import { ifAlone, join } from "../../js/readers.js";
import { Locks } from "./locks.js";

/** @param {object | undefined} locks */
function browserWith(locks) {
  Object.defineProperty(globalThis, "navigator", { value: { locks }, configurable: true });
}

/** What is done, and in what order. */
function diary() {
  const done = [];
  return { done, act: (what) => async () => void done.push(what) };
}

/** As long as anything may still come of what is on its way. */
async function settled() {
  for (let turn = 0; turn < 20; turn++) await setImmediate();
}

test("only the last reader acts, with locks or without", async () => {
  const without = [undefined, { request: async () => Promise.reject(new Error("not here")) }];
  for (const [nth, locks] of [new Locks(), ...without].entries()) {
    browserWith(locks);
    const { done, act } = diary();
    const readers = [join(`a${nth}`), join(`a${nth}`)];
    await Promise.all(readers.map(({ joined }) => joined));
    await readers[0]?.leave(act("first"));
    await ifAlone(`a${nth}`, act("meanwhile"));
    assert.deepEqual(done, []);
    await readers[1]?.leave(act("second"));
    await readers[1]?.leave(act("once more"));
    assert.deepEqual(done, ["second"]);
  }
});

test("a reader in another tab counts", async () => {
  const locks = new Locks();
  browserWith(locks);
  const { done, act } = diary();
  const release = await locks.hold("rangeload b", "shared");
  await join("b").leave(act("not alone"));
  assert.deepEqual(done, []);
  release();
  await settled();
  await join("b").leave(act("alone"));
  assert.deepEqual(done, ["alone"]);
  await settled();
  assert.deepEqual(locks.held, []);
});

test("who joins while another tab acts waits until that is done", async () => {
  const locks = new Locks();
  browserWith(locks);
  const { done, act } = diary();
  const release = await locks.hold("rangeload c", "exclusive");
  const joining = join("c").joined.then(act("joined"));
  await settled();
  assert.deepEqual(done, []);
  release();
  await joining;
});

test("who joins while this page is about to act takes its reason away", async () => {
  browserWith(new Locks());
  const { done, act } = diary();
  const alone = ifAlone("d", act("alone"));
  await Promise.all([join("d").joined, alone]);
  assert.deepEqual(done, []);
});

test("a tab that stands still while it acts is not waited for without end", async (t) => {
  const locks = new Locks();
  browserWith(locks);
  const patience = new AbortController();
  t.mock.method(AbortSignal, "timeout", () => patience.signal);
  await locks.hold("rangeload e", "exclusive");
  const { joined, leave } = join("e");
  await settled();
  patience.abort(new Error("too long"));
  await joined;
  await leave();
});
