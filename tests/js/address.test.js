import assert from "node:assert/strict";
import { test } from "node:test";

import { readAddress } from "../../www/address.js";

const PAGE = "https://page.test/demo/";

test("an address with a scheme stays what it is", () => {
  assert.equal(readAddress(" http://a.test/b?c=d ", PAGE), "http://a.test/b?c=d");
  assert.equal(readAddress("https:a.test/b", PAGE), "https://a.test/b");
  assert.equal(readAddress("HTTPS://a.test:8080/b", PAGE), "https://a.test:8080/b");
});

test("what begins with a slash is a path of the page", () => {
  assert.equal(readAddress("/files/1MiB/a", PAGE), "https://page.test/files/1MiB/a");
});

test("a host and a path are of https", () => {
  assert.equal(readAddress("example.org/big.iso", PAGE), "https://example.org/big.iso");
  assert.equal(readAddress("a.example.org:8443/big.iso", PAGE), "https://a.example.org:8443/big.iso");
  assert.equal(readAddress("bücher.example/a", PAGE), "https://xn--bcher-kva.example/a");
});

test("what may be anything is refused", () => {
  for (const text of ["foo", "foo.iso", "files/foo", "../foo", "?a", "#a", "192.0.2.1/a", "localhost:8080/a"]) {
    assert.throws(() => readAddress(text, PAGE), /^Error: The address must begin with https/, text);
  }
});

test("what is wrong with an address is said", () => {
  const wrong = {
    " ": /is missing/,
    "ftp://a.test/b": /not with ftp:/,
    "mailto:a@b.test": /not with mailto:/,
    "https://": /cannot be understood/,
    "https://a b/": /cannot be understood/,
    "https://me:secret@a.test/b": /user name or a password/,
  };
  for (const [text, words] of Object.entries(wrong)) assert.throws(() => readAddress(text, PAGE), words, text);
});
