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
  return /** @type {any} */ ({ filename: "a.iso", state: "connecting", waiting: null, error: null, progress, ...fields });
};

/** @param {import("../../js/error.js").Code} code */
const failed = (code, message = "it is gone") => download({ state: "failed", error: new DownloadError(code, message) });

test("how a download stands is said as far as it is known", () => {
  const known = { received: 3_000_000, total: 64_000_000, ratio: 3 / 64 };
  assert.equal(line(download({}), null, LABELS, "en"), "Connecting");
  assert.equal(line(download({ state: "paused", progress: known }), null, LABELS, "en"), "Paused · 3 MB of 64 MB · 4%");
  const unknown = { received: 3_000_000, total: null, ratio: null };
  assert.equal(line(download({ state: "downloading", progress: unknown }), null, LABELS, "en"), "Downloading · 3 MB");
});

test("what became of a file is said behind how it stands", () => {
  const progress = { received: 3_000_000, total: 3_000_000, ratio: 1 };
  const complete = download({ state: "complete", progress });
  const stands = "Complete · 3 MB of 3 MB";
  assert.equal(line(complete, null, LABELS, "en"), stands);
  assert.equal(line(complete, "handed-over", LABELS, "en"), `${stands} · ${LABELS.saved["handed-over"]}`);
  assert.equal(line(complete, "dismissed", LABELS, "en"), stands);
});

test("a wait is told with its reason and its end, as far as these are known", () => {
  const until = new Date(2026, 0, 1, 13, 5, 7).getTime();
  const error = { message: "the server answered with status 503" };
  const waits = (/** @type {object | null} */ waiting) => download({ state: "waiting", waiting });
  const said = (/** @type {object | null} */ waiting) => line(waits(waiting), null, LABELS, "de");
  assert.equal(said({ until, error }), "Waiting · the server answered with status 503. Next try at 13:05:07");
  assert.equal(said({ until: null, error }), "Waiting · the server answered with status 503");
  assert.equal(said({ until, error: null }), "Waiting · Next try at 13:05:07");
  assert.equal(said({ until: null, error: null }), "Waiting");
  assert.equal(said(null), "Waiting · another tab has it");
  const heard = announcement(waits({ until, error }), LABELS, "de");
  assert.equal(heard, "a.iso: Waiting. the server answered with status 503. Next try at 13:05:07");
});

test("a failure is told with its reason, and with what is left to do", () => {
  assert.equal(reason(download({}), LABELS), "");
  assert.equal(reason(failed("http"), LABELS), "it is gone");
  assert.equal(reason(failed("blocked"), LABELS), `it is gone. ${LABELS.native}`);
  assert.equal(announcement(failed("http"), LABELS, "en"), "a.iso: Failed. it is gone");
});

test("what ends with a stop gets no other", () => {
  assert.equal(reason(failed("storage", "Reload the page."), LABELS), `Reload the page. ${LABELS.native}`);
});
