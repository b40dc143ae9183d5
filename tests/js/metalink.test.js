import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { setImmediate } from "node:timers/promises";

import { deferred } from "../../js/deferred.js";
import { connect, rejectsWith, snapshot } from "./line.js";

/** @import { Deferred } from "../../js/deferred.js" */

const METALINK = "https://example.org/a.meta4";
const OTHER = "https://example.org/b.meta4";

/** What stands for the XML of a Metalink here, whose only word is a size. */
class Sizes {
  /** @param {string} text */
  parseFromString(text) {
    const size = { localName: "size", textContent: text };
    const file = { getAttribute: () => null, getElementsByTagNameNS: () => [], children: [size] };
    return { getElementsByTagNameNS: () => [file] };
  }
}
Object.assign(globalThis, { DOMParser: Sizes });

/**
 * The Metalinks that have been asked for.
 *
 * @type {{ address: string, answer: Deferred<Response> }[]}
 */
const asked = [];

beforeEach((t) => {
  asked.length = 0;
  /** @type {import("node:test").TestContext} */ (t).mock.method(globalThis, "fetch", (/** @type {string} */ address, /** @type {RequestInit} */ { signal }) => {
    const answer = deferred();
    signal?.addEventListener("abort", () => answer.reject(signal.reason));
    asked.push({ address, answer });
    return answer.promise;
  });
});

/** Until everything that is on its way has arrived. */
async function settled() {
  await import("../../js/metalink.js");
  await setImmediate();
}

/** The server of the Metalink that was asked for last. */
const server = {
  /** @param {number} size */
  async says(size) {
    asked.at(-1)?.answer.resolve(new Response(String(size)));
    await settled();
  },
  /** @param {number} status */
  async refuses(status) {
    asked.at(-1)?.answer.resolve(new Response("", { status }));
    await settled();
  },
  async isGone() {
    asked.at(-1)?.answer.reject(new TypeError("Failed to fetch"));
    await settled();
  },
};

test("a download starts when its Metalink has been read, with what that says", async () => {
  const { open, say, sent } = connect();
  const task = open({ metalink: METALINK, connections: 3 });
  say({ state: "paused" });
  await settled();
  assert.equal(task.state, "connecting");
  await server.says(10);
  assert.deepEqual(
    sent.map((message) => "start" in message && [message.start, message.options]),
    [
      [false, { connections: 3, partial: true }],
      [true, { connections: 3, mirrors: [], size: 10 }],
    ],
  );
});

test("of a file that is there no Metalink is asked for", async () => {
  const { open, say, reply, types } = connect();
  const { finished } = open({ metalink: METALINK });
  say({ state: "complete" });
  reply(new Blob(["0123456789"]));
  assert.equal((await finished).size, 10);
  await settled();
  assert.deepEqual(asked, []);
  assert.deepEqual(types(), ["open", "blob"]);
});

test("a file that the list knows is given while its Metalink is out of reach", async () => {
  const { list, reply, open } = connect();
  const listing = list();
  reply([snapshot({ state: "complete" })]);
  await listing;
  const { finished } = open({ metalink: METALINK });
  reply(new Blob(["0123456789"]));
  assert.equal((await finished).size, 10);
});

test("a Metalink that cannot be read is an error, and is asked for again at the next start", async () => {
  const { open, say, sent } = connect();
  const task = open({ metalink: METALINK });
  const { finished } = task;
  say({ state: "paused" });
  await settled();
  await server.isGone();
  await rejectsWith(finished, "network");
  assert.equal(task.state, "failed");
  assert.ok(task.error?.cause instanceof TypeError, "what the platform threw");
  task.resume();
  say({ state: "paused" });
  assert.equal(task.state, "connecting");
  await settled();
  await server.says(10);
  const last = sent.at(-1);
  assert.ok(last?.type === "open" && last.start);
});

test("a server of a Metalink that says nothing is not waited for without end", async (t) => {
  const patience = new AbortController();
  t.mock.method(AbortSignal, "timeout", () => patience.signal);
  const { open, say } = connect();
  const task = open({ metalink: METALINK });
  const { finished } = task;
  say({ state: "paused" });
  await settled();
  patience.abort(new DOMException("too late", "TimeoutError"));
  await rejectsWith(finished, "network");
  assert.equal(task.error?.retryable, true);
});

test("of a status it is said that it is the Metalink's", async () => {
  const { open, say } = connect();
  const { finished } = open({ metalink: METALINK });
  say({ state: "paused" });
  await settled();
  await server.refuses(404);
  await assert.rejects(finished, { code: "http", detail: { status: 404, metalink: METALINK } });
});

test("a download at work does not fail because of a Metalink", async () => {
  const { open, say, types } = connect();
  const task = open();
  say({ state: "downloading" });
  open({ metalink: METALINK });
  say({ state: "downloading" });
  await settled();
  assert.deepEqual(asked, []);
  const pausing = task.pause();
  assert.deepEqual(types(), ["open", "open", "pause"]);
  say({ state: "paused" });
  await pausing;
  task.resume();
  say({ state: "paused" });
  await settled();
  assert.equal(asked.length, 1, "it is read for the next start");
});

test("what a Metalink has said holds until the next start, whoever asks for the download again", async () => {
  for (const heard of [true, false]) {
    const { open, say, sent } = connect();
    const task = open({ metalink: METALINK });
    say({ state: "paused" });
    await settled();
    await server.says(10);
    if (heard) say({ state: "downloading" });
    for (const options of [{ metalink: METALINK }, {}]) {
      assert.equal(open(options), task);
      const last = sent.at(-1);
      assert.ok(last?.type === "open" && last.start);
      assert.deepEqual(last.options, { mirrors: [], size: 10 });
    }
    say({ state: "failed", error: { code: "network", message: "no", retryable: true } });
    open({ metalink: METALINK });
    say({ state: "failed" });
    await settled();
    assert.equal(asked.length, 2, "for the next start it is read again");
    asked.length = 0;
  }
});

test("who asks again while a Metalink is read waits for that one", async () => {
  const { open, say } = connect();
  open({ metalink: METALINK });
  for (let times = 0; times < 3; times++) {
    say({ state: "paused" });
    await settled();
    open({ metalink: METALINK });
  }
  assert.equal(asked.length, 1);
});

test("a download that another tab runs needs no start, and so no Metalink", async () => {
  const { open, say, types } = connect();
  const task = open({ metalink: METALINK });
  say({ state: "waiting" });
  say({ state: "paused" });
  await settled();
  assert.equal(task.state, "paused");
  assert.deepEqual(asked, []);
  assert.deepEqual(types(), ["open"]);
});

test("a pause while a Metalink is read holds, whatever comes of that", async () => {
  for (const end of [() => server.says(10), () => server.isGone()]) {
    const { open, say, types } = connect();
    const task = open({ metalink: METALINK });
    say({ state: "paused" });
    await settled();
    const pausing = task.pause();
    say({ state: "paused" });
    await pausing;
    await end();
    assert.equal(task.state, "paused");
    assert.deepEqual(types(), ["open", "pause"]);
  }
});

test("a pause that a resume overtakes does not keep it from starting", async () => {
  const { open, say, sent } = connect();
  const task = open({ metalink: METALINK });
  say({ state: "paused" });
  await settled();
  task.pause();
  task.resume();
  say({ state: "paused" });
  await settled();
  assert.equal(asked.length, 1);
  await server.says(10);
  const last = sent.at(-1);
  assert.ok(last?.type === "open" && last.start);
});

test("a removal while a Metalink is read holds, whatever comes of that", async () => {
  for (const end of [() => server.says(10), () => server.isGone()]) {
    const { open, say, types } = connect();
    const task = open({ metalink: METALINK });
    say({ state: "paused" });
    await settled();
    const removing = task.remove();
    await end();
    assert.equal(task.state, "connecting");
    say({ state: "removed" });
    await removing;
    assert.deepEqual(types(), ["open", "remove"]);
  }
});

test("a Metalink that another one has replaced says nothing any more", async () => {
  const { open, say, sent } = connect();
  open({ metalink: METALINK });
  say({ state: "paused" });
  await settled();
  open({ metalink: OTHER });
  say({ state: "paused" });
  await settled();
  await server.says(20);
  asked[0]?.answer.resolve(new Response("10"));
  await settled();
  assert.deepEqual(
    asked.map(({ address }) => address),
    [METALINK, OTHER],
  );
  const starts = sent.flatMap((message) => ("start" in message && message.start ? [message.options] : []));
  assert.deepEqual(starts, [{ mirrors: [], size: 20 }]);
});

test("what is read in order waits for no Metalink", async () => {
  const { open, say, types } = connect();
  const task = open({ metalink: METALINK });
  say({ state: "paused" });
  task.stream().getReader().read();
  await settled();
  assert.deepEqual(types(), ["open", "read"]);
});
