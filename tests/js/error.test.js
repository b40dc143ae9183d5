import assert from "node:assert/strict";
import { test } from "node:test";

import { DownloadError, invalid, revive } from "../../js/error.js";

test("an error is an Error with a code", () => {
  const error = new DownloadError("http", "the server answered with status 404", {
    detail: { status: 404 },
  });
  assert.ok(error instanceof Error);
  assert.equal(error.name, "DownloadError");
  assert.equal(error.code, "http");
  assert.equal(error.retryable, false);
  assert.deepEqual(error.detail, { status: 404 });
  assert.equal(String(error), "DownloadError: the server answered with status 404");
});

test("it has a cause only where there is one", () => {
  const cause = new TypeError("bad");
  assert.equal(new DownloadError("invalid", "x", { cause }).cause, cause);
  assert.equal("cause" in new DownloadError("invalid", "x"), false);
});

test("an error of the engine is one like any other", () => {
  const plain = { code: "quota", message: "no room", retryable: true, detail: { missing: 7 } };
  const error = revive(/** @type {import("../../js/messages.js").PlainError} */ (plain));
  assert.ok(error instanceof DownloadError);
  assert.deepEqual({ ...error, name: undefined, message: error.message }, { ...plain, name: undefined });
});

test("a refused option is named", () => {
  const error = invalid("connections", "must be a number");
  assert.equal(error.message, "connections must be a number");
  assert.deepEqual(error.detail, { option: "connections" });
});
