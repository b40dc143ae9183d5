import assert from "node:assert/strict";
import { test } from "node:test";

import { DownloadError } from "../../js/error.js";
import { LABELS } from "../../js/element-labels.js";
import { announcement, line, reason } from "../../js/element-words.js";

/**
 * As much of a download as there is to say something of.
 *
 * @param {object} fields
 */
const download = (fields) => {
  const progress = { received: 0, total: null, ratio: null };
  return /** @type {any} */ ({ filename: "a.iso", state: "connecting", error: null, progress, ...fields });
};

/** @param {import("../../js/error.js").Code} code */
const failed = (code, message = "it is gone") => download({ state: "failed", error: new DownloadError(code, message) });

test("how a download stands is said as far as it is known", () => {
  const known = { received: 3_000_000, total: 64_000_000, ratio: 3 / 64 };
  assert.equal(line(download({}), LABELS, "en"), "Connecting");
  assert.equal(line(download({ state: "paused", progress: known }), LABELS, "en"), "Paused · 3 MB of 64 MB · 4%");
  const unknown = { received: 3_000_000, total: null, ratio: null };
  assert.equal(line(download({ state: "downloading", progress: unknown }), LABELS, "en"), "Downloading · 3 MB");
});

test("a failure is told with its reason, and with what is left to do", () => {
  assert.equal(reason(download({}), LABELS), "");
  assert.equal(reason(failed("http"), LABELS), "it is gone");
  assert.equal(reason(failed("blocked"), LABELS), `it is gone. ${LABELS.native}`);
  assert.equal(announcement(failed("http"), LABELS), "a.iso: Failed. it is gone");
});

test("what ends with a stop gets no other", () => {
  assert.equal(reason(failed("storage", "Reload the page."), LABELS), `Reload the page. ${LABELS.native}`);
});
