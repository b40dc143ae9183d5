import assert from "node:assert/strict";
import { test } from "node:test";

import { DownloadError } from "../../js/error.js";
import { canBeResumed, fetchResumably } from "../../js/fetch.js";
import { readOptions } from "../../js/options.js";
import { Session } from "../../js/session.js";

/** @import { PlainError, Report, Snapshot, ToEngine } from "../../js/messages.js" */

const URL_ = "https://example.org/a.bin";
const CONTENT = new Uint8Array([1, 2, 3, 4, 5]);

/** The package over an engine that has CONTENT and whose server answers as it is told. */
function connect(/** @type {Partial<Snapshot>} */ answer = { state: "downloading" }) {
  /** @type {ToEngine[]} */
  const sent = [];
  /** @type {(report: Report) => void} */
  let report = () => {};
  const session = new Session((receive) => {
    report = receive;
    return (message) => {
      sent.push(message);
      queueMicrotask(() => react(message));
    };
  });
  const progress = { total: 5, ratio: 0, bytesPerSecond: 0, secondsLeft: null, connections: 1, segments: [] };

  /** @param {Partial<Snapshot>} fields */
  function say(fields) {
    const snapshot = {
      ...{ id: URL_, url: URL_, filename: "a.bin", type: "text/x", size: 5, etag: '"e"', lastModified: null },
      ...{ state: "downloading", interrupted: false, resumable: true, reason: null, storage: "indexeddb" },
      ...{ progress: { received: 5, ...progress }, error: null, ...fields },
    };
    report({ type: "snapshot", snapshot: /** @type {Snapshot} */ (snapshot) });
  }

  /** @param {ToEngine} message */
  function react(message) {
    if (message.type === "open") say(answer);
    if (message.type === "remove") say({ state: "removed" });
    if (message.type === "list") report({ type: "reply", call: message.call, value: [] });
    if (message.type !== "read") return;
    const value = message.from < 5 ? CONTENT.slice(message.from, message.from + 2) : null;
    report({ type: "reply", call: message.call, value });
  }

  const rangeload = {
    download: (/** @type {string} */ url, /** @type {object} */ options) => session.open(readOptions(url, options)),
    downloads: () => session.list(),
  };
  return {
    say,
    types: () => sent.map(({ type }) => type),
    /** @param {Parameters<typeof fetchResumably>[2]} [init] */
    fetch: (init) => fetchResumably(rangeload, URL_, init),
  };
}

test("a response has the status, the headers and the address of the file", async () => {
  const response = await connect().fetch();
  assert.equal(response.status, 200);
  assert.equal(response.url, URL_);
  assert.equal(response.clone().url, URL_);
  assert.deepEqual(Object.fromEntries(response.headers), {
    "accept-ranges": "bytes",
    "content-length": "5",
    "content-type": "text/x",
    etag: '"e"',
  });
});

test("its body is the file, for clones too", async () => {
  const response = await connect().fetch();
  const clone = response.clone();
  assert.deepEqual(new Uint8Array(await response.arrayBuffer()), CONTENT);
  assert.deepEqual(new Uint8Array(await clone.arrayBuffer()), CONTENT);
});

test("an error status is an answer, as with fetch", async () => {
  const error = { code: "http", message: "404", retryable: false, detail: { status: 404 } };
  const response = await connect({ state: "failed", error: /** @type {PlainError} */ (error) }).fetch();
  assert.equal(response.status, 404);
  assert.equal(response.ok, false);
});

test("what is no answer rejects with its code", async () => {
  const error = /** @type {PlainError} */ ({ code: "blocked", message: "no", retryable: false });
  const failing = connect({ state: "failed", error }).fetch();
  await assert.rejects(failing, (thrown) => thrown instanceof DownloadError && thrown.code === "blocked");
});

test("an aborted signal rejects with its reason and pauses", async () => {
  const { fetch, types } = connect({ state: "connecting" });
  const controller = new AbortController();
  const response = fetch({ signal: controller.signal });
  await new Promise((resolve) => setImmediate(resolve));
  controller.abort(new Error("enough"));
  await assert.rejects(response, new Error("enough"));
  assert.deepEqual(types(), ["open", "pause"]);
});

test("a body fails with the reason of an aborted signal", async () => {
  const controller = new AbortController();
  const response = await connect().fetch({ signal: controller.signal });
  controller.abort(new Error("enough"));
  await assert.rejects(response.text(), new Error("enough"));
});

test("a download pauses when the last of its readers has left", async () => {
  const { fetch, types } = connect();
  const [first, second] = await Promise.all([fetch(), fetch()]);
  await first.body?.cancel();
  assert.ok(!types().includes("pause"));
  await second.body?.cancel();
  assert.ok(types().includes("pause"));
});

test("the stored copy stays, unless the caller does not want it", async () => {
  for (const keep of [true, false]) {
    const { fetch, types } = connect();
    await (await fetch({ download: { keep } })).arrayBuffer();
    assert.equal(types().includes("remove"), !keep);
  }
});

test("requests whose meaning ranges would change are left to fetch", () => {
  assert.ok(canBeResumed(new Request(URL_)));
  assert.ok(canBeResumed(new Request(URL_, { headers: { Authorization: "x" }, cache: "reload" })));
  const plain = [
    { headers: { Range: "bytes=0-1" } },
    { headers: { "If-None-Match": "x" } },
    { cache: "no-store" },
    { integrity: "sha256-AAAA" },
    { redirect: "manual" },
    { mode: "same-origin" },
  ];
  for (const init of plain) {
    assert.ok(!canBeResumed(new Request(URL_, /** @type {RequestInit} */ (init))), JSON.stringify(init));
  }
  assert.ok(!canBeResumed(new Request("data:,x")));
});

test("what goes to fetch fails with a code too", async () => {
  const failing = fetchResumably(/** @type {any} */ ({}), "http://127.0.0.1:1/", { method: "HEAD" });
  await assert.rejects(failing, (error) => error instanceof DownloadError && error.code === "network");
});

test("an option nobody knows is refused", async () => {
  const init = /** @type {any} */ ({ download: { conections: 2 } });
  await assert.rejects(connect().fetch(init), /conections is unknown/);
});
