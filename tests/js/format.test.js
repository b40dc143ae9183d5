import assert from "node:assert/strict";
import { test } from "node:test";

import { bytes, duration, percent, speed } from "../../www/format.js";

const KiB = 1024;
const MiB = KiB ** 2;

test("bytes are shown in the largest unit that fits", () => {
  assert.equal(bytes(0), "0 B");
  assert.equal(bytes(1023), "1023 B");
  assert.equal(bytes(KiB), "1 KiB");
  assert.equal(bytes(256 * MiB), "256 MiB");
  assert.equal(bytes(128.04 * MiB), "128.0 MiB");
  assert.equal(bytes(5 * KiB ** 3 + 1), "5.0 GiB");
  assert.equal(bytes(KiB ** 4), "1 TiB");
  assert.equal(bytes(2000 * KiB ** 4), "2000 TiB");
});

test("no number is rounded up to 1024", () => {
  assert.equal(bytes(MiB - 1), "1.0 MiB");
  assert.equal(bytes(1023.9 * KiB), "1023.9 KiB");
});

test("a speed may be a fraction", () => {
  assert.equal(speed(0), "0 B/s");
  assert.equal(speed(0.4), "0 B/s");
  assert.equal(speed(12.34 * MiB), "12.3 MiB/s");
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
