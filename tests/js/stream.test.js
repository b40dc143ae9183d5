import assert from "node:assert/strict";
import { test } from "node:test";

import { stream } from "../../js/stream.js";

/** @param {...number} values */
const bytes = (...values) => new Uint8Array(values);

/** A supplier that has these chunks, and what was asked of it. */
function supplier(/** @type {(Uint8Array<ArrayBuffer> | Error)[]} */ ...chunks) {
  const asked = /** @type {number[]} */ ([]);
  const left = { times: 0 };
  return {
    asked,
    left,
    /** @param {number} from */
    async read(from) {
      asked.push(from);
      const next = chunks.shift();
      if (next instanceof Error) throw next;
      return next ?? null;
    },
    leave: () => void left.times++,
  };
}

test("bytes come in order, and the stream ends with them", async () => {
  const source = supplier(bytes(1, 2), bytes(3));
  const response = new Response(stream(source));
  assert.deepEqual(new Uint8Array(await response.arrayBuffer()), bytes(1, 2, 3));
  assert.deepEqual(source.asked, [0, 2, 3]);
  assert.equal(source.left.times, 1);
});

test("nothing is asked for before the reader wants it", async () => {
  const source = supplier(bytes(1), bytes(2), bytes(3));
  const reader = stream(source).getReader();
  await Promise.resolve();
  assert.deepEqual(source.asked, []);
  await reader.read();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(source.asked, [0]);
});

test("a reader may bring its own buffer, also at the end", async () => {
  const reader = stream(supplier(bytes(1, 2, 3))).getReader({ mode: "byob" });
  assert.deepEqual((await reader.read(new Uint8Array(2))).value, bytes(1, 2));
  assert.deepEqual((await reader.read(new Uint8Array(2))).value, bytes(3));
  const { done, value } = await reader.read(new Uint8Array(2));
  assert.equal(done, true);
  assert.equal(value?.byteLength, 0);
});

test("a failure of the download is that of the stream", async () => {
  const failure = new Error("no");
  const source = supplier(bytes(1), failure);
  const reader = stream(source).getReader();
  await reader.read();
  await assert.rejects(reader.read(), failure);
  assert.equal(source.left.times, 1);
});

test("a reader that leaves is forgotten", async () => {
  const source = supplier(bytes(1), bytes(2));
  const reader = stream(source).getReader();
  await reader.read();
  await reader.cancel();
  assert.equal(source.left.times, 1);
});
