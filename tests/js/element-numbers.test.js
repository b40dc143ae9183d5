import assert from "node:assert/strict";
import { test } from "node:test";

import { bytes, localeOf, percent } from "../../js/element-numbers.js";

/** Which spaces stand before units depends on the version of the data. */
const plain = (/** @type {string} */ text) => text.replaceAll(/\s/g, " ");

test("numbers are written in the language that the page names", () => {
  assert.equal(bytes(1_500_000_000, "en"), "1.5 GB");
  assert.equal(plain(bytes(1_500_000_000, "fr")), "1,5 Go");
  assert.equal(plain(percent(0.5, "fr")), "50 %");
});

test("bytes are shown in the largest unit that fits", () => {
  assert.equal(bytes(999, "en"), "999 byte");
  assert.equal(bytes(1500, "en"), "2 kB");
  assert.equal(bytes(2_500_000, "en"), "2.5 MB");
  assert.equal(bytes(2e15, "en"), "2,000 TB");
});

test("only the whole is 100 %", () => {
  assert.equal(percent(0.9999, "en"), "99%");
  assert.equal(percent(1, "en"), "100%");
});

test("where a page names no language, or none that there is, that of the browser counts", () => {
  assert.equal(localeOf("pt-br"), "pt-BR");
  for (const tag of [null, undefined, "", "en_US", "?"]) assert.equal(localeOf(tag), undefined);
});
