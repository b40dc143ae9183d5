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

test("what is ready to use is passed on as it is", () => {
  const worker = () => /** @type {Worker} */ ({});
  const wasm = new Uint8Array(8);
  assert.deepEqual(readConfiguration({ worker, wasm }), { worker, wasm });
  assert.deepEqual(readConfiguration({ worker: false }), { worker: false });
});

test("what cannot be a worker or wasm is refused", () => {
  for (const options of [{ worker: 3 }, { worker: true }, { wasm: {} }, { wasm: null }, { engine: "x" }, null]) {
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
});

test("importing the element on a server does nothing", async () => {
  const { RangeloadLink } = await import("../../js/element.js");
  assert.equal(typeof RangeloadLink, "function");
});
