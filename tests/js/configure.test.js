import assert from "node:assert/strict";
import { test } from "node:test";

import { readConfiguration } from "../../js/configure.js";
import { DownloadError } from "../../js/error.js";
import { configure, diagnose, download, downloads, resumableFetch } from "../../js/index.js";

/** @param {unknown} options */
const refuses = (options) =>
  assert.throws(
    () => readConfiguration(options),
    (error) => error instanceof DownloadError && error.code === "invalid",
  );

test("an address is made absolute, because a worker has another base", () => {
  assert.equal(readConfiguration({ worker: new URL("https://a.example/w.js") }).worker, "https://a.example/w.js");
  refuses({ worker: "relative/without/a/page.js" });
});

test("nothing is the address of no worker", () => {
  for (const nothing of ["", " \n"]) refuses({ worker: nothing });
});

test("what is ready to use is passed on as it is", () => {
  const worker = () => /** @type {Worker} */ ({});
  const wasm = new Uint8Array(8);
  assert.deepEqual(readConfiguration({ worker, wasm }), { worker, wasm });
  assert.deepEqual(readConfiguration({ worker: false }), { worker: false });
});

test("an address that a policy of Trusted Types has made is passed on as it is", (t) => {
  class TrustedScriptURL {}
  const globals = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (globalThis));
  globals.TrustedScriptURL = TrustedScriptURL;
  t.after(() => delete globals.TrustedScriptURL);
  const worker = new TrustedScriptURL();
  assert.equal(readConfiguration({ worker }).worker, worker);
});

test("whether to ask for persistence is yes or no", () => {
  for (const persist of [true, false]) assert.deepEqual(readConfiguration({ persist }), { persist });
});

test("what cannot be a worker, wasm or an answer is refused", () => {
  for (const options of [{ worker: 3 }, { worker: true }, { wasm: {} }, { wasm: null }, { persist: "no" }, { engine: "x" }, null]) {
    refuses(options);
  }
});

test("on a server, importing does nothing and calling says what is missing", async () => {
  const missing = (/** @type {unknown} */ error) =>
    error instanceof DownloadError && error.code === "invalid" && error.message.includes("IndexedDB");
  assert.throws(() => download("https://a.example/b"), missing);
  await assert.rejects(downloads(), missing);
  await assert.rejects(diagnose("https://a.example/b"), missing);
  await assert.rejects(resumableFetch("https://a.example/b"), missing);
  configure({ worker: false });
  configure({ worker: "/assets/w.js", wasm: "/assets/w.wasm" });
});

test("in a service worker, calling says that it cannot be there", async (t) => {
  const globals = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (globalThis));
  Object.assign(globals, { indexedDB: {}, skipWaiting: () => {} });
  t.after(() => ["indexedDB", "skipWaiting"].forEach((name) => delete globals[name]));
  const there = (/** @type {unknown} */ error) =>
    error instanceof DownloadError && error.code === "invalid" && error.message.includes("service worker");
  assert.throws(() => download("https://a.example/b"), there);
  for (const call of [downloads, () => diagnose("https://a.example/b"), () => resumableFetch("https://a.example/b")]) {
    await assert.rejects(call, there);
  }
});

test("importing the element on a server does nothing", async () => {
  const { RangeloadLink } = await import("../../js/element.js");
  assert.equal(typeof RangeloadLink, "function");
});
