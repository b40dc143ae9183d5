import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";

import { DownloadError } from "../../js/error.js";
import { canBeResumed, fetchResumably } from "../../js/fetch.js";
import { readOptions } from "../../js/options.js";
import { Session } from "../../js/session.js";
import { Locks } from "./locks.js";

/** @import { PlainError, Report, Snapshot, ToEngine } from "../../js/messages.js" */

const URL_ = "https://example.org/a.bin";
const CONTENT = new Uint8Array([1, 2, 3, 4, 5]);

// Not every version of Node.js has locks.
/** @type {{ locks?: Locks }} */
const navigator = {};
Object.defineProperty(globalThis, "navigator", { value: navigator });

/** Every test has a file of its own: who drops a response may still read it. */
let files = 0;

/** Until everything that is on its way has arrived. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/**
 * The package over an engine that has CONTENT and whose server answers as it is told.
 *
 * @param {Partial<Snapshot>} [answer]
 * @param {ToEngine["type"][]} [ignored] What the engine does not react to.
 */
function connect(answer = { state: "downloading" }, ignored = []) {
  const url = `${URL_}?${++files}`;
  /** @type {ToEngine[]} */
  const sent = [];
  /** @type {object[]} */
  const asked = [];
  /** @type {Snapshot[]} */
  let stored = [];
  /** @type {(report: Report) => void} */
  let report = () => {};
  const session = new Session((receive) => {
    report = receive;
    /** @param {ToEngine} message */
    const post = (message) => {
      sent.push(message);
      queueMicrotask(() => react(message));
    };
    return { post, end: () => false };
  });
  const progress = { total: 5, ratio: 0, bytesPerSecond: 0, secondsLeft: null, connections: 1, segments: [] };

  /** @param {Partial<Snapshot>} fields */
  function say(fields) {
    const snapshot = {
      ...{ id: url, url, filename: "a.bin", type: "text/x", size: 5, etag: '"e"', lastModified: null },
      ...{ state: "downloading", waiting: null, interrupted: false, resumable: true, reason: null, storage: "indexeddb" },
      ...{ progress: { received: 5, ...progress }, error: null, ...fields },
    };
    stored = [/** @type {Snapshot} */ (snapshot)];
    report({ type: "snapshot", snapshot: /** @type {Snapshot} */ (snapshot) });
  }

  /** @param {ToEngine} message */
  function react(message) {
    if (ignored.includes(message.type)) return;
    if (message.type === "open") say(answer);
    if (message.type === "remove") say({ state: "removed" });
    if (message.type === "list") report({ type: "reply", call: message.call, value: stored });
    if (message.type !== "read") return;
    const value = message.from < 5 ? CONTENT.slice(message.from, message.from + 2) : null;
    report({ type: "reply", call: message.call, value });
  }

  const rangeload = {
    download(/** @type {string} */ url, /** @type {object} */ options) {
      asked.push(options);
      return session.open(readOptions(url, options));
    },
    downloads: () => session.list(),
    isKnown: (/** @type {string} */ id) => !!session.find(id),
  };
  return {
    url,
    say,
    asked,
    /** @param {object} [options] */
    download: (options) => rangeload.download(url, options ?? {}),
    types: () => sent.map(({ type }) => type),
    /** @param {Parameters<typeof fetchResumably>[2]} [init] */
    fetch: (init) => fetchResumably(rangeload, url, init),
  };
}

test("a response has the status, the headers and the address of the file", async () => {
  const { fetch, url } = connect();
  const response = await fetch();
  assert.equal(response.status, 200);
  assert.equal(response.url, url);
  assert.equal(response.clone().url, url);
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

test("what an error status leaves without a byte is forgotten, unless somebody else has asked for it", async () => {
  const error = /** @type {PlainError} */ ({ code: "http", message: "404", retryable: false, detail: { status: 404 } });
  const none = { received: 0, total: null, ratio: null, bytesPerSecond: 0, secondsLeft: null, connections: 0, segments: [] };
  const alone = connect({ state: "failed", error, progress: none });
  assert.equal((await alone.fetch()).status, 404);
  assert.ok(alone.types().includes("remove"));

  const { download, fetch, types } = connect({ state: "failed", error, progress: none });
  const task = download({ autostart: false });
  for (let tries = 0; tries < 2; tries++) {
    assert.equal((await fetch()).status, 404);
    assert.equal(task.state, "failed");
    assert.equal(download({ autostart: false }), task);
  }
  assert.ok(!types().includes("remove"));
});

test("no words pass for the body that a status promises", async () => {
  for (const status of [201, 202, 203, 226, 600, 999]) {
    const error = { code: "http", message: `status ${status}`, retryable: false, detail: { status } };
    const failing = connect({ state: "failed", error: /** @type {PlainError} */ (error) }).fetch();
    await assert.rejects(failing, (thrown) => thrown instanceof DownloadError && thrown.code === "http");
  }
  for (const status of [204, 205, 304]) {
    const error = { code: "http", message: `status ${status}`, retryable: false, detail: { status } };
    const response = await connect({ state: "failed", error: /** @type {PlainError} */ (error) }).fetch();
    assert.equal(response.status, status);
    assert.equal(await response.text(), "");
  }
});

test("the status of a Metalink does not pass for that of the file", async () => {
  const detail = { status: 404, metalink: "https://example.org/a.meta4" };
  const error = /** @type {PlainError} */ ({ code: "http", message: "404", retryable: false, detail });
  const { fetch, types } = connect({ state: "failed", error });
  await assert.rejects(fetch(), (thrown) => thrown instanceof DownloadError && thrown.code === "http");
  assert.ok(!types().includes("remove"));
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
  await settled();
  assert.deepEqual(types(), ["open", "pause"]);
});

test("a body fails with the reason of an aborted signal", async () => {
  const controller = new AbortController();
  const response = await connect().fetch({ signal: controller.signal });
  controller.abort(new Error("enough"));
  await assert.rejects(response.text(), new Error("enough"));
});

test("an abort while nobody reads fails the body at once and pauses", async () => {
  for (const chunks of [0, 1]) {
    const { fetch, types } = connect();
    const controller = new AbortController();
    const reader = (await fetch({ signal: controller.signal })).body?.getReader();
    for (let read = 0; read < chunks; read++) await reader?.read();
    controller.abort(new Error("enough"));
    await assert.rejects(/** @type {Promise<void>} */ (reader?.closed), new Error("enough"));
    await settled();
    assert.deepEqual(types().slice(-2).sort(), ["leave", "pause"]);
  }
});

test("an abort while a chunk is on its way fails the read at once and pauses", async () => {
  const { fetch, types } = connect(undefined, ["read"]);
  const controller = new AbortController();
  const response = await fetch({ signal: controller.signal });
  const text = response.text();
  await settled();
  controller.abort(new Error("enough"));
  await assert.rejects(text, new Error("enough"));
  await settled();
  assert.ok(types().includes("pause"));
});

test("an abort pauses what was asked for and dropped", async () => {
  const { fetch, types } = connect();
  const controller = new AbortController();
  await fetch({ signal: controller.signal });
  controller.abort();
  await settled();
  assert.ok(types().includes("pause"));
});

test("an abort is noticed at whatever moment it comes", async () => {
  for (let moment = 0; moment < 12; moment++) {
    const { fetch, say, types } = connect({ state: "connecting" });
    const controller = new AbortController();
    const text = fetch({ signal: controller.signal }).then((response) => response.text());
    const failing = assert.rejects(text, new Error("enough"));
    await settled();
    say({ state: "downloading" });
    for (let passed = 0; passed < moment; passed++) await null;
    controller.abort(new Error("enough"));
    await failing;
    await settled();
    assert.ok(types().includes("pause"), `after ${moment}`);
  }
});

test("an abort fails clones too, and pauses only if nobody else reads", async () => {
  const { fetch, types } = connect();
  const controller = new AbortController();
  const other = await fetch();
  const response = await fetch({ signal: controller.signal });
  const clone = response.clone();
  controller.abort(new Error("enough"));
  await assert.rejects(clone.text(), new Error("enough"));
  await assert.rejects(response.text(), new Error("enough"));
  await settled();
  assert.ok(!types().includes("pause"));
  assert.deepEqual(new Uint8Array(await other.arrayBuffer()), CONTENT);
});

test("an abort ends the wait for the file on disk, before and after it was asked for", async () => {
  for (const early of [true, false]) {
    const { fetch, types } = connect();
    const controller = new AbortController();
    const response = await fetch({ signal: controller.signal });
    if (early) controller.abort(new Error("enough"));
    const failing = assert.rejects(response.blob(), new Error("enough"));
    await settled();
    if (!early) {
      assert.ok(!types().includes("pause"));
      controller.abort(new Error("enough"));
    }
    await failing;
    await settled();
    assert.equal(types().filter((type) => type === "pause").length, 1);
  }
});

test("a signal is listened to for as long as the body lasts", async (t) => {
  /** @type {Set<AbortSignal>} */
  const signals = new Set();
  const { addEventListener } = AbortSignal.prototype;
  t.mock.method(AbortSignal.prototype, "addEventListener", function (/** @type {any[]} */ ...given) {
    signals.add(this);
    return Reflect.apply(addEventListener, this, given);
  });
  const endings = [
    (/** @type {Response} */ response) => response.arrayBuffer(),
    (/** @type {Response} */ response) => response.body?.cancel(),
  ];
  for (const end of endings) {
    const response = await connect().fetch();
    await settled();
    const listeners = () => [...signals].flatMap((signal) => getEventListeners(signal, "abort")).length;
    assert.equal(listeners(), 1);
    await end(response);
    assert.equal(listeners(), 0);
  }
});

test("a download pauses when the last of its readers has left", async () => {
  const { fetch, types } = connect();
  const [first, second] = await Promise.all([fetch(), fetch()]);
  await first.body?.cancel();
  await settled();
  assert.ok(!types().includes("pause"));
  await second.body?.cancel();
  await settled();
  assert.ok(types().includes("pause"));
});

test("a response that was dropped does not count when its copy is gone", async () => {
  const { fetch, say, types } = connect();
  await fetch();
  say({ state: "removed" });
  await settled();
  const second = await fetch();
  await second.body?.cancel();
  await settled();
  assert.ok(types().includes("pause"));
});

test("a body that was dropped in its middle does not keep a later copy from being asked for anew", async () => {
  const { fetch, say, types } = connect({ state: "complete" });
  await (await fetch()).body?.getReader().read();
  say({ state: "removed" });
  await fetch();
  await fetch({ cache: "reload" });
  assert.deepEqual(types().slice(-3), ["list", "remove", "open"]);
});

test("the stored copy stays, unless the caller does not want it", async () => {
  for (const keep of [true, false]) {
    const { fetch, types } = connect();
    await (await fetch({ download: { keep } })).arrayBuffer();
    assert.equal(types().includes("remove"), !keep);
  }
});

test("a body that is cancelled leaves the stored copy, even if a chunk is on its way", async () => {
  const { fetch, types } = connect(undefined, ["read"]);
  const reader = (await fetch({ download: { keep: false } })).body?.getReader();
  const pending = reader?.read();
  await settled();
  await reader?.cancel();
  await pending;
  await settled();
  assert.ok(types().includes("pause"));
  assert.ok(!types().includes("remove"));
});

test("an abort leaves the stored copy too", async () => {
  const { fetch, types } = connect(undefined, ["read"]);
  const controller = new AbortController();
  const text = (await fetch({ download: { keep: false }, signal: controller.signal })).text();
  await settled();
  controller.abort(new Error("enough"));
  await assert.rejects(text, new Error("enough"));
  await settled();
  assert.ok(!types().includes("remove"));
});

test("the stored copy is removed by the last of its readers", async () => {
  const { fetch, types } = connect();
  const init = { download: { keep: false } };
  const [first, second] = await Promise.all([fetch(init), fetch(init)]);
  assert.deepEqual(new Uint8Array(await first.arrayBuffer()), CONTENT);
  assert.ok(!types().includes("remove"));
  assert.deepEqual(new Uint8Array(await second.arrayBuffer()), CONTENT);
  assert.ok(types().includes("remove"));
});

test("of readers that end together one removes the stored copy", async () => {
  const { fetch, types } = connect();
  const init = { download: { keep: false } };
  const both = await Promise.all([fetch(init), fetch(init)]);
  for (const buffer of await Promise.all(both.map((response) => response.arrayBuffer()))) {
    assert.deepEqual(new Uint8Array(buffer), CONTENT);
  }
  assert.equal(types().filter((type) => type === "remove").length, 1);
});

test("a body is whole even if its stored copy cannot be removed", async () => {
  const { fetch, say, types } = connect(undefined, ["remove"]);
  const buffer = (await fetch({ download: { keep: false } })).arrayBuffer();
  await settled();
  assert.ok(types().includes("remove"));
  say({ state: "failed", unremoved: true, error: { code: "storage", message: "no", retryable: false } });
  assert.deepEqual(new Uint8Array(await buffer), CONTENT);
});

test("a copy is asked for anew unless another response is being read from it", async () => {
  const { fetch, types } = connect({ state: "complete" });
  await fetch();
  const reader = (await fetch()).body?.getReader();
  await reader?.read();
  const second = await fetch({ cache: "reload" });
  assert.ok(!types().includes("remove"));
  await reader?.cancel();
  assert.deepEqual(new Uint8Array(await second.arrayBuffer()), CONTENT);
  await fetch({ cache: "no-cache" });
  assert.deepEqual(types().slice(-2), ["remove", "open"]);
});

test("nothing is begun while another tab forgets the copy", async (t) => {
  const { url, fetch, types } = connect({ state: "complete" });
  await fetch();
  const locks = new Locks();
  navigator.locks = locks;
  t.after(() => delete navigator.locks);
  const release = await locks.hold(`rangeload body ${url}`, "exclusive");
  const reloading = fetch({ cache: "reload" });
  for (let turn = 0; turn < 20; turn++) await settled();
  assert.deepEqual(types(), ["open", "list"]);
  release();
  await reloading;
  assert.deepEqual(types(), ["open", "list", "open"]);
});

test("what a request has is taken from a Request in the place of init too", async (t) => {
  const { url, asked, fetch, types } = connect({ state: "connecting" });
  const controller = new AbortController();
  const init = new Request(URL_, { headers: { Authorization: "x" }, credentials: "include", signal: controller.signal });
  const failing = assert.rejects(fetch(init), new Error("enough"));
  await settled();
  const { headers, credentials } = /** @type {any} */ (asked[0]);
  assert.deepEqual([...headers], [["authorization", "x"]]);
  assert.equal(credentials, "include");
  controller.abort(new Error("enough"));
  await failing;
  await settled();

  const plain = t.mock.method(globalThis, "fetch", async () => new Response("plain"));
  const post = new Request(URL_, { method: "POST", body: "x" });
  assert.equal(await (await fetch(post)).text(), "plain");
  assert.deepEqual(plain.mock.calls[0]?.arguments, [url, post]);
  assert.deepEqual(types(), ["open", "pause"]);
});

test("a Request of another frame is one too", async (t) => {
  /** What such a class looks like from here. */
  const foreign = (/** @type {Request} */ request) =>
    new Proxy(request, { getPrototypeOf: () => Object.prototype, get: (target, name) => Reflect.get(target, name, target) });
  const plain = t.mock.method(globalThis, "fetch", async () => new Response("plain"));
  const post = foreign(new Request(URL_, { method: "POST", body: "x" }));
  assert.ok(!(post instanceof Request));
  assert.equal(await (await fetchResumably(/** @type {any} */ ({}), post)).text(), "plain");
  assert.equal(plain.mock.calls[0]?.arguments[0], post);
  assert.equal(post.bodyUsed, false);
});

test("init may be null, as with fetch", async () => {
  const response = await connect().fetch(/** @type {any} */ (null));
  assert.deepEqual(new Uint8Array(await response.arrayBuffer()), CONTENT);
});

test("only what the caller gave is said to a download that may be under way", async () => {
  const { asked, fetch } = connect();
  const given = { credentials: /** @type {const} */ ("include"), referrerPolicy: /** @type {const} */ ("origin") };
  await fetch(given);
  await fetch();
  assert.deepEqual(asked, [
    { onChanged: "restart", ...given },
    { onChanged: "restart" },
  ]);
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
  const url = "http://127.0.0.1:1/";
  const rangeload = /** @type {any} */ ({});
  for (const failing of [
    fetchResumably(rangeload, url, { method: "HEAD" }),
    fetchResumably(rangeload, new Request(url, { method: "HEAD" })),
  ]) {
    await assert.rejects(failing, (error) => error instanceof DownloadError && error.code === "network");
  }
});

test("an option nobody knows is refused", async () => {
  const init = /** @type {any} */ ({ download: { conections: 2 } });
  await assert.rejects(connect().fetch(init), /conections is unknown/);
  const { signal } = new AbortController();
  for (const option of [{ autostart: false }, { signal }, { headers: { a: "1" } }, { credentials: "omit" }]) {
    const { fetch, types } = connect();
    await assert.rejects(fetch({ download: /** @type {any} */ (option) }), { code: "invalid" });
    assert.deepEqual(types(), []);
  }
});

test("what is refused costs no stored copy", async () => {
  const { fetch, types } = connect({ state: "complete" });
  await fetch();
  for (const download of [{ connections: 64 }, { conections: 2 }, { digest: "md5" }, 5, "keep"]) {
    const init = { cache: "reload", download };
    await assert.rejects(fetch(/** @type {any} */ (init)), { code: "invalid" });
  }
  assert.deepEqual(types(), ["open"]);
});
