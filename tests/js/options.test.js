import assert from "node:assert/strict";
import { test } from "node:test";

import { DownloadError } from "../../js/error.js";
import { readOptions } from "../../js/options.js";

const URL_ = "https://example.org/files/a.iso";

/**
 * @param {() => unknown} call
 * @param {string} option
 * @param {RegExp} [message]
 */
function refuses(call, option, message = /./) {
  assert.throws(call, (error) => {
    assert.ok(error instanceof DownloadError);
    assert.equal(error.code, "invalid");
    assert.equal(error.retryable, false);
    assert.deepEqual(error.detail, { option });
    assert.ok(error.message.startsWith(option), error.message);
    assert.match(error.message, message);
    return true;
  });
}

test("the id is the URL without its fragment", () => {
  const wanted = readOptions(`${URL_}?v=1#part`);
  assert.equal(wanted.id, `${URL_}?v=1`);
  assert.equal(wanted.url, `${URL_}?v=1`);
  assert.equal(readOptions(`${URL_}#`).id, URL_);
});

test("a URL object is as good as its text", () => {
  const given = new URL(`${URL_}#part`);
  assert.equal(readOptions(given).url, URL_);
  assert.equal(given.hash, "#part", "the caller's object stays as it was");
});

test("an id of the caller's replaces the URL's", () => {
  assert.equal(readOptions(URL_, { id: "image" }).id, "image");
});

test("without options it starts, and all is left to the engine", () => {
  assert.deepEqual(readOptions(URL_), {
    id: URL_,
    url: URL_,
    start: true,
    signal: undefined,
    metalink: undefined,
    refreshUrl: undefined,
    options: {},
  });
});

test("an option that is undefined is not given", () => {
  assert.deepEqual(readOptions(URL_, { connections: undefined, mirrors: undefined }).options, {});
});

test("what a caller leaves to the engine takes back what was asked for before", () => {
  const auto = /** @type {const} */ ({ connections: "auto", storage: "auto" });
  assert.deepEqual(readOptions(URL_, auto).options, auto);
});

test("options reach the engine as plain values", () => {
  const { options } = readOptions(URL_, {
    filename: "b.iso",
    connections: 4,
    headers: { Authorization: "Bearer x", "X-A": "1" },
    credentials: "include",
    referrerPolicy: "no-referrer",
    onChanged: "restart",
    storage: "indexeddb",
  });
  assert.deepEqual(options, {
    filename: "b.iso",
    connections: 4,
    headers: [
      ["authorization", "Bearer x"],
      ["x-a", "1"],
    ],
    credentials: "include",
    referrerPolicy: "no-referrer",
    onChanged: "restart",
    storage: "indexeddb",
  });
  assert.deepEqual(structuredClone(options), options);
});

test("headers may be given in each form that fetch takes", () => {
  for (const headers of [{ "X-A": "1" }, [["X-A", "1"]], new Headers({ "X-A": "1" })]) {
    assert.deepEqual(readOptions(URL_, { headers }).options.headers, [["x-a", "1"]]);
  }
});

test("it does not start where the caller says so, or has already aborted", () => {
  assert.equal(readOptions(URL_, { autostart: false }).start, false);
  assert.equal(readOptions(URL_, { signal: AbortSignal.abort() }).start, false);
  assert.equal(readOptions(URL_, { signal: new AbortController().signal }).start, true);
});

test("a URL that cannot be fetched is refused", () => {
  refuses(() => readOptions("http://"), "url", /not a URL/);
  refuses(() => readOptions("/relative/without/a/page"), "url", /not a URL/);
  refuses(() => readOptions("ftp://example.org/a"), "url", /not ftp:/);
  refuses(() => readOptions("blob:https://example.org/1"), "url", /not blob:/);
  refuses(() => readOptions("https://user@example.org/a"), "url", /user name/);
  refuses(() => readOptions("https://:secret@example.org/a"), "url", /password/);
  refuses(() => readOptions(" "), "url", /empty/);
  refuses(() => readOptions(undefined), "url");
  refuses(() => readOptions({ href: URL_ }), "url");
});

test("a refused URL does not repeat the password it contains", () => {
  assert.throws(
    () => readOptions("https://user:secret@example.org/a"),
    (/** @type {Error} */ error) => !error.message.includes("secret"),
  );
});

test("a number of connections that makes no sense is refused", () => {
  for (const connections of [0, -1, 1.5, 33, Number.NaN, Infinity, "6", null]) {
    refuses(() => readOptions(URL_, { connections }), "connections", /1 to 32/);
  }
  assert.equal(readOptions(URL_, { connections: 1 }).options.connections, 1);
  assert.equal(readOptions(URL_, { connections: 32 }).options.connections, 32);
});

test("headers that decide which bytes come are the engine's", () => {
  const reserved = ["Range", "If-Range", "ACCEPT-ENCODING", "If-None-Match", "If-Modified-Since"];
  for (const name of reserved) {
    refuses(() => readOptions(URL_, { headers: { [name]: "x" } }), "headers", /must not contain/);
  }
});

test("headers that are none are refused with the cause", () => {
  for (const headers of [{ "a b": "1" }, { a: "1\n2" }, [["a"]]]) {
    assert.throws(
      () => readOptions(URL_, { headers }),
      (/** @type {DownloadError} */ error) =>
        error.code === "invalid" && error.cause instanceof TypeError,
    );
  }
});

test("values of the wrong kind are refused by name", () => {
  refuses(() => readOptions(URL_, { id: "" }), "id");
  refuses(() => readOptions(URL_, { id: 7 }), "id");
  refuses(() => readOptions(URL_, { filename: "" }), "filename");
  refuses(() => readOptions(URL_, { credentials: "all" }), "credentials", /"same-origin"/);
  refuses(() => readOptions(URL_, { referrerPolicy: "never" }), "referrerPolicy");
  refuses(() => readOptions(URL_, { onChanged: "ignore" }), "onChanged", /"fail", "restart"/);
  refuses(() => readOptions(URL_, { autostart: 1 }), "autostart");
  refuses(() => readOptions(URL_, { signal: {} }), "signal");
  refuses(() => readOptions(URL_, null), "options");
  refuses(() => readOptions(URL_, "fast"), "options");
});

test("a digest is one that can be checked, in either form", () => {
  const sha256 = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
  for (const digest of [`sha256-${sha256}`, `sha-256=:${sha256}:`, `md5-AAAA sha256-${sha256}?a`, `id=1, sha-256=:${sha256}:`]) {
    assert.equal(readOptions(URL_, { digest }).options.digest, digest);
  }
  for (const digest of ["", "x", sha256, "sha256-AAAA", `sha1-${sha256}`, `sha-256=${sha256}`, 5]) {
    refuses(() => readOptions(URL_, { digest }), "digest", /sha256-/);
  }
});

test("an identity that cannot be encoded is refused", () => {
  for (const id of ["\ud83d", "a\udc4db", "\udc4d\ud83d"]) refuses(() => readOptions(URL_, { id }), "id");
  assert.equal(readOptions(URL_, { id: "\ud83d\udc4d" }).id, "\ud83d\udc4d");
});

test("a digest that the engine would read otherwise, or not at all, is refused", () => {
  const [sha256, sha512] = ["ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa", `${"A".repeat(85)}`];
  const right = [`sha256-${sha256}0=`, `sha512-${sha512}A==`, `sha-256=:${sha256}0=:`, `a=1,  sha-512=:${sha512}Q==: `];
  for (const digest of [...right, `\n${right[0]}\t`, `  ${right[1]}\r\n`]) {
    assert.equal(readOptions(URL_, { digest }).options.digest, digest);
  }
  const wrong = [`sha256-${sha256}1=`, `sha512-${sha512}B==`, `sha-256=:${sha256}z=:`, `sha256-${sha256}1=?x`];
  for (const digest of [...wrong, ...right.map((digest) => `\u00a0${digest}\u00a0`), `\ufeff${right[0]}`, `sha512-${sha512}E==`]) {
    refuses(() => readOptions(URL_, { digest }), "digest", /sha256-/);
  }
});

test("a digest may be written in hexadecimal digits", () => {
  const [sha256, sha512] = [`sha256:${"0123456789abcdef".repeat(4)}`, `sha512:${"0123456789abcdef".repeat(8)}`];
  for (const digest of [sha256, sha512, sha256.toUpperCase(), ` ${sha256}\n`, `md5:00 ${sha256} ${sha512}`]) {
    assert.equal(readOptions(URL_, { digest }).options.digest, digest);
  }
  for (const digest of [sha256.slice(7), sha256.slice(0, -1), `${sha256}0`, sha256.replace("0", "g"), sha512.slice(0, 71)]) {
    refuses(() => readOptions(URL_, { digest }), "digest", /sha256:/);
  }
});

test("a file has one digest of the strongest kind", () => {
  const [one, other, strong] = [`sha256-${"A".repeat(43)}=`, `sha256-${"B".repeat(42)}A=`, `sha512-${"A".repeat(86)}==`];
  for (const digest of [`${one} ${one}`, `${one} ${other} ${strong}`]) {
    assert.equal(readOptions(URL_, { digest }).options.digest, digest);
  }
  assert.throws(() => readOptions(URL_, { digest: `${one} ${other}` }), /digest/);
});

test("mirrors are addresses like the file's own, each used once", () => {
  const mirrors = ["https://a.example/f#x", new URL("https://b.example/f"), "https://a.example/f"];
  assert.deepEqual(readOptions(URL_, { mirrors }).options.mirrors, ["https://a.example/f", "https://b.example/f"]);
  for (const wrong of ["https://a.example/f", ["ftp://a.example/f"], [5], Array(17).fill("https://a.example/f")]) {
    refuses(() => readOptions(URL_, { mirrors: wrong }), "mirrors");
  }
});

test("the engine learns that another URL can be asked for, and the page keeps whom to ask", () => {
  const refreshUrl = () => URL_;
  const wanted = readOptions(URL_, { refreshUrl });
  assert.equal(wanted.refreshUrl, refreshUrl);
  assert.deepEqual(wanted.options, { refreshes: true });
  refuses(() => readOptions(URL_, { refreshUrl: URL_ }), "refreshUrl", /function/);
});

test("a Metalink needs a parser that workers do not have", () => {
  refuses(() => readOptions(URL_, { metalink: "a.meta4" }), "metalink", /needs a page/);
});

test("every kind of storage can be asked for by its name", () => {
  for (const storage of ["opfs", "indexeddb", "memory"]) {
    assert.equal(readOptions(URL_, { storage }).options.storage, storage);
  }
  refuses(() => readOptions(URL_, { storage: "disk" }), "storage", /"auto", "opfs", "indexeddb", "memory"/);
});

test("an option nobody knows is refused", () => {
  refuses(() => readOptions(URL_, { fileName: "a" }), "fileName", /unknown/);
  refuses(() => readOptions(URL_, { constructor: "a" }), "constructor", /unknown/);
});

test("what a page has added to all objects is no option", (t) => {
  const all = /** @type {Record<string, unknown>} */ (Object.prototype);
  Object.assign(all, { signal: 5, metalink: "/x" });
  t.after(() => ["signal", "metalink"].forEach((name) => delete all[name]));
  const { signal, metalink } = readOptions(URL_);
  assert.deepEqual([signal, metalink], [undefined, undefined]);
});
