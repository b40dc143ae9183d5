import assert from "node:assert/strict";
import { test } from "node:test";

import { deferred } from "../../js/deferred.js";
import { startEngine } from "../../js/engine-host.js";

/** @import { Report } from "../../js/messages.js" */

/** A worker that does what the test says. */
class FakeWorker {
  /** @type {object[]} */
  sent = [];
  terminated = 0;
  /** @type {((event: { data: object }) => void) | null} */
  onmessage = null;
  /** @type {((event: { message: string }) => void) | null} */
  onerror = null;
  /** @param {object} message */
  postMessage(message) {
    this.sent.push(message);
  }
  terminate() {
    this.terminated += 1;
  }
}

test("a function that gives no worker is said to, and the engine starts in the page", async () => {
  for (const none of [undefined, null, {}, Promise.resolve(new FakeWorker())]) {
    const { promise, resolve } = deferred();
    const worker = () => /** @type {Worker} */ (none);
    startEngine(resolve, { worker, wasm: undefined }).post({ type: "list", call: 1 });
    // There is no page here that it could start in.
    const report = await promise;
    assert.ok(report.type === "fatal");
    assert.match(report.message, /could not be loaded/);
  }
});

test("a worker whose engine has died is ended, with the locks and files that it holds", () => {
  const worker = new FakeWorker();
  /** @type {Report[]} */
  const reports = [];
  const engine = startEngine((report) => reports.push(report), {
    worker: () => /** @type {Worker} */ (/** @type {unknown} */ (worker)),
    wasm: undefined,
  });
  engine.post({ type: "list", call: 1 });
  worker.onmessage?.({ data: { type: "ready" } });
  worker.onerror?.({ message: "unreachable" });
  assert.equal(worker.terminated, 1);
  assert.deepEqual(
    reports.map(({ type }) => type),
    ["fatal"],
  );
  assert.equal(engine.end(), false, "there is nothing to begin again with");
});
