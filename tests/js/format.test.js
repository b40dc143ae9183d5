import assert from "node:assert/strict";
import { test } from "node:test";

import { bytes, duration, percent, speed } from "../../www/format.js";

const MB = 1e6;

test("bytes are shown in the largest unit that fits", () => {
  assert.equal(bytes(0), "0 B");
  assert.equal(bytes(999), "999 B");
  assert.equal(bytes(1000), "1 kB");
  assert.equal(bytes(256 * MB), "256 MB");
  assert.equal(bytes(128.04 * MB), "128.0 MB");
  assert.equal(bytes(5e9 + 1), "5.0 GB");
  assert.equal(bytes(1e12), "1 TB");
  assert.equal(bytes(2e15), "2000 TB");
});

test("no number is rounded up to 1000", () => {
  assert.equal(bytes(MB - 1), "1.0 MB");
  assert.equal(bytes(999.9 * 1000), "999.9 kB");
});

test("a speed may be a fraction", () => {
  assert.equal(speed(0), "0 B/s");
  assert.equal(speed(0.4), "0 B/s");
  assert.equal(speed(12.34 * MB), "12.3 MB/s");
});

test("only the whole is 100 %", () => {
  assert.equal(percent(0), "0%");
  assert.equal(percent(0.9999), "99%");
  assert.equal(percent(1), "100%");
});

test("a duration has two units at most", () => {
  assert.equal(duration(0.2), "1 s");
  assert.equal(duration(59.5), "1 min");
  assert.equal(duration(83), "1 min 23 s");
  assert.equal(duration(3600), "1 h");
  assert.equal(duration(5025), "1 h 23 min");
  assert.equal(duration(90_000), "1 d 1 h");
});
