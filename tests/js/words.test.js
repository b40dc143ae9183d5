import assert from "node:assert/strict";
import { test } from "node:test";

import { adviceOf, reasonOf, sentences, waitOf } from "../../www/words.js";

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

test("how much room there is not is told, and what helps", () => {
  const full = (/** @type {object | undefined} */ detail) => ({ code: "quota", message: "no room there", detail });
  assert.match(reasonOf(full({ missing: 3 })), /this browser: 3 B more are needed$/);
  assert.match(reasonOf(full({ missing: null })), /this browser$/);
  assert.match(adviceOf(full({ missing: null })), /^Remove others/);
  // Where it was to be saved to.
  assert.equal(reasonOf(full(undefined)), "no room there");
  assert.equal(adviceOf(full(undefined)), "");
});

test("what the page may not read is left to the browser", () => {
  assert.match(adviceOf({ code: "blocked", message: "not for you" }), /^The link above still works/);
  assert.equal(adviceOf(error), "");
  assert.equal(adviceOf(null), "");
});
