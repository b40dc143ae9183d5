import assert from "node:assert/strict";
import { test } from "node:test";

import { sentences, waitOf } from "../../www/words.js";

const error = /** @type {const} */ ({ code: "http", message: "the server answered with status 503", retryable: true });

test("a wait is told with its reason and its end, as far as these are known", () => {
  const until = new Date(2026, 0, 1, 13, 5, 7).getTime();
  const time = new Date(until).toLocaleTimeString();
  assert.equal(waitOf({ until, error }), `The server answered with status 503. Next try at ${time}.`);
  assert.equal(waitOf({ until: null, error }), "The server answered with status 503.");
  assert.equal(waitOf({ until, error: null }), `The server asks to be left alone for a while. Next try at ${time}.`);
  assert.equal(waitOf(null), "Another tab has it.");
});

test("what ends with a stop gets no other", () => {
  const cut = { ...error, message: "the server cannot be reached: NetworkError when attempting to fetch resource." };
  assert.equal(waitOf({ until: null, error: cut }), `T${cut.message.slice(1)}`);
  assert.equal(sentences("a.iso: Failed", "no room"), "a.iso: Failed. no room");
  assert.equal(sentences("Handed over.", "", "It is reading"), "Handed over. It is reading");
  assert.equal(sentences(), "");
});
