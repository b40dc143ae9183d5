import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";

import { ID, connect, rejectsWith, snapshot } from "./line.js";

// What every page has, and Node.js has not.
const page = new EventTarget();
globalThis.addEventListener = page.addEventListener.bind(page);
globalThis.removeEventListener = page.removeEventListener.bind(page);

/**
 * The page is left, or is there again.
 *
 * @param {"pagehide" | "pageshow"} type
 */
function turn(type, persisted = true) {
  page.dispatchEvent(Object.assign(new Event(type), { persisted }));
}

/** Until what the first message loads is there. */
async function watching() {
  await import("../../js/suspension.js");
  await setImmediate();
}

const HTTP = /** @type {const} */ ({ code: "http", message: "404", retryable: false });

test("the same id gives the same object", () => {
  const { open, types } = connect();
  assert.equal(open(), open());
  assert.deepEqual(types(), ["open", "open"]);
});

test("a page that asks with every answer is not answered with every question", () => {
  const { open, sent, types, say } = connect();
  const idle = { autostart: false };
  const task = open(idle);
  task.addEventListener("progress", () => open(idle));
  for (let answers = 0; answers < 10; answers++) say({ state: "paused" });
  assert.deepEqual(types(), ["open"]);
  open({ ...idle, connections: 3 });
  assert.deepEqual(types(), ["open", "open"]);
  open();
  open();
  assert.equal(sent.length, 4, "a start is always an order");
});

test("an option stays as it was given until it is given anew", () => {
  const { open, sent } = connect();
  open({ headers: { a: "1" }, digest: `sha256-${"A".repeat(43)}=`, connections: 3 });
  open({ autostart: false, connections: "auto" });
  const last = sent.at(-1);
  assert.ok(last?.type === "open");
  assert.deepEqual(last.options, {
    headers: [["a", "1"]],
    digest: `sha256-${"A".repeat(43)}=`,
    connections: "auto",
  });
});

test("a download says what the engine says", () => {
  const { open, say } = connect();
  const download = open();
  assert.equal(download.state, "connecting");
  assert.equal(download.size, null);
  say({ state: "downloading", resumable: false, reason: "no ranges" });
  assert.equal(download.state, "downloading");
  assert.equal(download.filename, "a.iso");
  assert.equal(download.size, 10);
  assert.equal(download.progress.received, 5);
  assert.equal(download.resumable, false);
  assert.equal(download.reason, "no ranges");
});

test("a new state is an event, and so is progress", () => {
  const { open, say } = connect();
  const download = open();
  /** @type {string[]} */
  const events = [];
  for (const name of ["progress", "statechange"]) {
    download.addEventListener(name, () => events.push(`${name} ${download.state}`));
  }
  say({ state: "downloading" });
  say({ state: "downloading" });
  say({ state: "complete" });
  assert.deepEqual(events, [
    "progress downloading",
    "statechange downloading",
    "progress downloading",
    "progress complete",
    "statechange complete",
  ]);
});

test("what was stored before the start does not pass for a pause", async () => {
  const { open, say } = connect();
  const download = open();
  let paused = false;
  const pausing = download.pause().then(() => (paused = true));
  say({ state: "paused", interrupted: true });
  await Promise.resolve();
  assert.equal(download.state, "connecting");
  assert.equal(download.interrupted, false);
  assert.equal(paused, false);
  say({ state: "connecting" });
  say({ state: "paused" });
  await pausing;
  assert.equal(download.state, "paused");
});

test("what failed on an earlier page is not what a new start ends with", async () => {
  const { open, say } = connect();
  const download = open();
  const error = { code: /** @type {const} */ ("http"), message: "404", retryable: false, detail: { status: 404 } };
  say({ state: "failed", failedBefore: true, error });
  assert.equal(download.state, "connecting");
  assert.equal(download.error, null);
  say({ state: "failed", error });
  assert.equal(download.state, "failed");
  await assert.rejects(download.finished, { code: "http" });
});

test("a download that failed on an earlier page says so when it is listed", async () => {
  const { list, reply } = connect();
  const listing = list();
  const error = { code: /** @type {const} */ ("changed"), message: "another", retryable: false };
  reply([snapshot({ state: "failed", failedBefore: true, error })]);
  const [first] = await listing;
  assert.equal(first?.state, "failed");
  assert.equal(first?.error?.code, "changed");
});

test("a pause is over when the engine says so", async () => {
  const { open, say, types } = connect();
  const download = open();
  say({ state: "downloading" });
  const pausing = download.pause();
  assert.equal(download.pause(), pausing);
  assert.equal(download.state, "downloading");
  say({ state: "paused" });
  await pausing;
  await download.pause();
  assert.deepEqual(types(), ["open", "pause"]);
});

test("a pause that a resume overtakes is over too", async () => {
  const { open, say } = connect();
  const download = open();
  say({ state: "downloading" });
  const pausing = download.pause();
  download.resume();
  await pausing;
});

test("a download that ends is as good as paused", async () => {
  const { open, say } = connect();
  const download = open();
  say({ state: "downloading" });
  const pausing = download.pause();
  say({ state: "failed", error: HTTP });
  await pausing;
});

test("an aborted signal pauses", () => {
  const { open, say, types } = connect();
  const controller = new AbortController();
  open({ signal: controller.signal });
  say({ state: "downloading" });
  controller.abort();
  assert.deepEqual(types(), ["open", "pause"]);
});

test("a signal for all that a page does is listened to once for each download, until that is removed", () => {
  const { open, say } = connect();
  const { signal } = new AbortController();
  const task = open({ signal });
  for (let times = 0; times < 10; times++) open({ signal });
  assert.equal(getEventListeners(signal, "abort").length, 1);
  open();
  task.remove();
  say({ state: "removed" });
  assert.deepEqual(getEventListeners(signal, "abort"), []);
});

test("a signal aborted before the call keeps it from starting", () => {
  const { open, sent } = connect();
  const download = open({ signal: AbortSignal.abort() });
  assert.equal(download.state, "paused");
  assert.deepEqual(sent, [{ type: "open", id: ID, url: ID, start: false, options: {} }]);
});

test("the file is asked for when somebody wants it and it is complete", async () => {
  const { open, say, reply, types } = connect();
  const download = open();
  const { finished } = download;
  say({ state: "downloading" });
  assert.deepEqual(types(), ["open"]);
  say({ state: "complete" });
  say({ state: "complete" });
  assert.deepEqual(types(), ["open", "blob"]);
  reply(new Blob(["0123456789"]));
  const file = await finished;
  assert.equal(file.name, "a.iso");
  assert.equal(file.type, "application/x-iso9660-image");
  assert.equal(file.size, 10);
  assert.equal(await download.finished, file);
});

test("a file that cannot be read may be asked for again", async () => {
  const { open, say, report, reply, sent } = connect();
  const download = open();
  say({ state: "complete" });
  const first = download.finished;
  const call = sent.length - 1;
  assert.equal(sent[call]?.type, "blob");
  report({ type: "reply", call, error: { code: "storage", message: "no", retryable: true } });
  await rejectsWith(first, "storage");
  const second = download.finished;
  reply(new Blob([]));
  assert.ok(await second);
});

test("a file whose bytes were lost and fetched again is another file", async () => {
  const { open, say, reply } = connect();
  const task = open();
  say({ state: "complete" });
  const { finished } = task;
  reply(new Blob(["0123456789"]));
  const first = await finished;
  say({ state: "downloading" });
  say({ state: "complete" });
  const again = task.finished;
  reply(new Blob(["0123456789"]));
  assert.notEqual(await again, first);
});

test("a failure rejects, and a resume gives a new promise", async () => {
  const { open, say } = connect();
  const download = open();
  const { finished } = download;
  say({ state: "failed", error: HTTP });
  await rejectsWith(finished, "http");
  assert.equal(download.error?.code, "http");
  assert.equal(download.finished, finished);
  download.resume();
  assert.equal(download.state, "connecting");
  assert.equal(download.error, null);
  assert.notEqual(download.finished, finished);
});

test("a failed download that another tab resumes has a new promise", async () => {
  const { open, say, reply } = connect();
  const download = open();
  const { finished } = download;
  say({ state: "failed", error: HTTP });
  await rejectsWith(finished, "http");
  say({ state: "downloading" });
  const again = download.finished;
  assert.notEqual(again, finished);
  say({ state: "complete" });
  reply(new Blob(["0123456789"]));
  assert.equal((await again).size, 10);
});

test("the error of one failure is one object", () => {
  const { open, say } = connect();
  const download = open();
  say({ state: "failed", error: HTTP });
  const { error } = download;
  say({ state: "failed", error: { ...HTTP } });
  assert.equal(download.error, error);
});

test("a download asked for again after a failure goes on", () => {
  const { open, say, types } = connect();
  const download = open();
  say({ state: "failed", error: HTTP });
  assert.equal(open(), download);
  assert.equal(download.state, "connecting");
  assert.deepEqual(types(), ["open", "open"]);
});

test("a complete download is not resumed", () => {
  const { open, say, types } = connect();
  const download = open();
  say({ state: "complete" });
  download.resume();
  assert.deepEqual(types(), ["open"]);
});

test("removing resolves when it is gone, and rejects what waits for the file", async () => {
  const { open, say } = connect();
  const download = open();
  const { finished } = download;
  const removing = download.remove();
  assert.equal(download.remove(), removing);
  say({ state: "paused" });
  say({ state: "removed", error: { code: "removed", message: "removed", retryable: false } });
  await removing;
  await rejectsWith(finished, "removed");
  await rejectsWith(download.finished, "removed");
  assert.equal(download.state, "removed");
  assert.notEqual(open(), download);
});

test("a removal that the store refuses rejects, and may be tried again", async () => {
  const { open, say, types } = connect();
  const download = open();
  const removing = download.remove();
  say({ state: "failed", unremoved: true, error: { code: "storage", message: "no", retryable: true } });
  await rejectsWith(removing, "storage");
  download.remove();
  assert.deepEqual(types(), ["open", "remove", "remove"]);
});

test("a failure that was on its way before the order to remove says nothing of the removal", async () => {
  for (const code of /** @type {const} */ (["storage", "quota"])) {
    const { open, say } = connect();
    const removing = open().remove();
    say({ state: "failed", error: { code, message: "no", retryable: true } });
    say({ state: "removed" });
    await removing;
  }
});

test("each event has a progress of its own, also that of an order", () => {
  const { open, say } = connect();
  const task = open({ autostart: false });
  say({ state: "paused" });
  /** @type {object[]} */
  const seen = [task.progress];
  task.addEventListener("statechange", () => seen.push(task.progress));
  task.resume();
  assert.equal(seen.length, 2);
  assert.notEqual(seen[0], seen[1]);
  assert.deepEqual(seen[0], seen[1]);
});

test("a removal that the owner does not answer rejects, and does not keep the page from going on", async () => {
  const { open, say, types } = connect();
  const task = open();
  say({ state: "paused" });
  const removed = task.remove();
  say({ state: "failed", error: { code: "busy", message: "another tab", retryable: true } });
  await rejectsWith(removed, "busy");
  task.resume();
  assert.equal(types().at(-1), "resume");
});

test("an id asked for again during its removal waits for the end of it", () => {
  const { open, say, types } = connect();
  const old = open();
  old.remove();
  const heir = open();
  assert.notEqual(heir, old);
  assert.equal(open(), heir);
  heir.pause();
  assert.deepEqual(types(), ["open", "remove"]);
  say({ state: "removed" });
  assert.equal(old.state, "removed");
  assert.equal(heir.state, "connecting");
  assert.deepEqual(types(), ["open", "remove", "open", "open", "pause"]);
  say({ state: "downloading" });
  assert.equal(heir.state, "downloading");
});

test("a pause, or an aborted signal, does not call a removal off", async () => {
  const { open, say, types } = connect();
  const controller = new AbortController();
  const task = open({ signal: controller.signal });
  const removing = task.remove();
  controller.abort();
  const pausing = task.pause();
  assert.deepEqual(types(), ["open", "remove"]);
  say({ state: "removed" });
  await removing;
  await pausing;
});

test("of an id asked for again what could not be removed is the new download's", async () => {
  const { open, say, types } = connect();
  const old = open();
  const removing = old.remove();
  const heir = open();
  const { finished } = heir;
  const error = { code: /** @type {const} */ ("busy"), message: "another tab", retryable: true };
  say({ state: "failed", error });
  await rejectsWith(removing, "busy");
  await rejectsWith(old.finished, "busy");
  assert.equal(old.state, "removed");
  await old.remove();
  assert.equal(open(), heir);
  assert.deepEqual(types(), ["open", "remove", "open", "open"]);
  say({ state: "connecting" });
  say({ state: "failed", error });
  await rejectsWith(finished, "busy");
  heir.remove();
  assert.equal(types().at(-1), "remove");
});

test("what is stored is listed once, as objects that stay", async () => {
  const { list, reply, say, open } = connect();
  const listing = list();
  say({ id: "b", state: "paused" });
  reply([snapshot({ state: "paused", interrupted: true }), snapshot({ id: "b", state: "complete" })]);
  const [first, second, ...rest] = await listing;
  assert.equal(rest.length, 0);
  assert.equal(first?.interrupted, true);
  assert.equal(first?.state, "paused");
  assert.equal(second?.state, "complete");
  assert.equal(open(), first);
});

test("a list that is older than a snapshot changes nothing", async () => {
  const { list, reply, say, open } = connect();
  const download = open();
  const listing = list();
  say({ state: "downloading" });
  reply([snapshot({ state: "paused" })]);
  assert.deepEqual(await listing, [download]);
  assert.equal(download.state, "downloading");
});

test("a download that is being removed is not listed", async () => {
  const { list, reply, open } = connect();
  open().remove();
  const listing = list();
  reply([snapshot({})]);
  assert.deepEqual(await listing, []);
});

test("when the engine stops, everything that waits is told", async () => {
  const { list, open, say, report } = connect();
  const download = open();
  say({ state: "downloading" });
  const waiting = [download.finished, download.remove(), list()];
  report({ type: "fatal", code: "blocked", message: "no wasm" });
  for (const promise of waiting) await rejectsWith(promise, "blocked");
  assert.equal(download.state, "failed");
  assert.equal(download.error?.message, "no wasm");
});

test("a page that is left ends an engine at work, and goes on with another one when it is there again", async () => {
  const { open, say, sent, ended, types } = connect();
  const task = open({ connections: 3 });
  say({ state: "downloading" });
  await watching();
  turn("pagehide");
  assert.equal(ended(), 1);
  turn("pageshow");
  // What is stored counts: first it is asked for.
  assert.deepEqual(sent.at(-1), { type: "open", id: ID, url: "", start: false, options: { connections: 3 } });
  assert.equal(task.state, "connecting");
  say({ state: "paused", interrupted: true });
  assert.equal(task.state, "connecting");
  assert.deepEqual(sent.at(-1), { type: "open", id: ID, url: ID, start: true, options: { connections: 3 } });
  say({ state: "downloading" });
  assert.equal(task.state, "downloading");
  assert.deepEqual(types(), ["open", "open", "open"]);
});

test("what another page has done meanwhile is not undone by the way back", async () => {
  for (const state of /** @type {const} */ (["paused", "failed", "complete", "waiting", "removed"])) {
    const { open, say, types } = connect();
    const task = open();
    say({ state: "downloading" });
    await watching();
    turn("pagehide");
    turn("pageshow");
    const error = state === "failed" ? HTTP : null;
    say({ state, error, failedBefore: state === "failed" });
    assert.equal(task.state, state);
    assert.deepEqual(types(), ["open", "open"], state);
    const gone = state === "removed";
    assert.equal(open() === task, !gone);
  }
});

test("what is removed while the page is left keeps its address", async () => {
  const { open, say } = connect();
  const task = open();
  say({ state: "downloading" });
  await watching();
  turn("pagehide");
  turn("pageshow");
  const error = { code: /** @type {const} */ ("removed"), message: "removed", retryable: false };
  say({ state: "removed", url: "", filename: "download", error });
  assert.deepEqual([task.url, task.filename, task.error?.code], [ID, "a.iso", "removed"]);
});

test("what had not begun when the page was left begins when it is there again", async () => {
  const { open, say, sent, types } = connect();
  const task = open();
  await watching();
  turn("pagehide");
  turn("pageshow");
  // Nothing is stored.
  say({ state: "removed", url: "" });
  assert.equal(task.state, "connecting");
  assert.equal(task.url, ID);
  const last = sent.at(-1);
  assert.ok(last?.type === "open" && last.start && last.url === ID);
  assert.equal(open(), task);
  assert.deepEqual(types(), ["open", "open", "open", "open"]);
});

test("what the page has only listed is not paused or resumed by the way back", async () => {
  const { list, reply, say, sent, types } = connect();
  const listing = list();
  reply([snapshot({ state: "downloading" })]);
  const [task] = await listing;
  await watching();
  turn("pagehide");
  turn("pageshow");
  assert.deepEqual(sent.at(-1), { type: "open", id: ID, url: "", start: false, options: { partial: true } });
  say({ state: "waiting" });
  assert.equal(task?.state, "waiting");
  assert.deepEqual(types(), ["list", "open"]);
});

test("a pause asked for before the way back, or on it, holds", async () => {
  for (const early of [true, false]) {
    const { open, say, types } = connect();
    const task = open();
    const pause = () => task.pause();
    const pausing = early ? pause() : null;
    await watching();
    turn("pagehide");
    turn("pageshow");
    const late = pausing ?? pause();
    say({ state: "paused", interrupted: true });
    await late;
    assert.equal(task.state, "paused");
    assert.equal(types().at(-1), "pause");
  }
});

test("a page that is left for good ends no engine", async () => {
  const { open, say, ended, types } = connect();
  open();
  await watching();
  say({ state: "downloading" });
  turn("pagehide", false);
  turn("pageshow");
  assert.equal(ended(), 0);
  assert.deepEqual(types(), ["open"]);
});

test("an engine at rest is ended too, and the next one says what has become of what it had", async () => {
  const { open, say, ended, sent } = connect();
  const task = open();
  await watching();
  say({ state: "complete" });
  turn("pagehide");
  assert.equal(ended(), 1);
  turn("pageshow");
  const again = sent.at(-1);
  assert.ok(sent.length === 2 && again?.type === "open" && !again.start);
  assert.equal(task.state, "complete");
  say({ state: "removed", url: "" });
  assert.equal(task.state, "removed");
});

test("an engine that waits for room to save what it holds is ended, and the next one starts nothing", async () => {
  const { open, say, ended, sent } = connect();
  open();
  await watching();
  say({ state: "failed", error: { code: "quota", message: "no room", retryable: true } });
  turn("pagehide");
  assert.equal(ended(), 1);
  turn("pageshow");
  const again = sent.at(-1);
  assert.ok(sent.length === 2 && again?.type === "open" && !again.start);
});

test("an engine that alone has the bytes is not ended", async () => {
  const { open, say, ended } = connect();
  open();
  await watching();
  say({ state: "downloading", storage: "memory" });
  turn("pagehide");
  assert.equal(ended(), 0);
});

test("who waited for the engine that was ended is answered by the next", async () => {
  const { open, list, report, say, sent } = connect();
  const task = open();
  say({ state: "downloading" });
  const pausing = task.pause();
  const listed = list();
  const readers = [task.stream().getReader(), task.stream().getReader()];
  const reading = readers.map((reader) => reader.read());
  // A stream pulls when it has started, of its own accord.
  await watching();
  const first = sent.findLast((message) => message.type === "read");
  report({ type: "reply", call: first?.call ?? 0, value: new Uint8Array(3) });
  await reading[1];
  const next = readers[1]?.read();
  await setImmediate();
  turn("pagehide");
  sent.length = 0;
  turn("pageshow");
  const [opened, ordered, ...questions] = sent;
  assert.ok(opened?.type === "open" && !opened.start && ordered?.type === "pause", "it was to pause");
  const begun = { size: 10, etag: '"a"', lastModified: null };
  assert.deepEqual(
    questions.map((message) => ("from" in message ? [message.type, message.from, message.begun] : [message.type])),
    [["list"], ["read", 0, null], ["read", 3, begun]],
  );
  say({ state: "paused", interrupted: true });
  await pausing;
  for (const message of questions) {
    const value = message.type === "list" ? [] : null;
    if ("call" in message) report({ type: "reply", call: message.call, value });
  }
  assert.deepEqual(await listed, []);
  assert.equal((await reading[0])?.done, true);
  assert.equal((await next)?.done, true);
});

test("a removal under way when the page was left is ordered again", async () => {
  const { open, say, types } = connect();
  const task = open();
  say({ state: "downloading" });
  const removing = task.remove();
  await watching();
  turn("pagehide");
  turn("pageshow");
  assert.deepEqual(types(), ["open", "remove", "open", "remove"]);
  say({ state: "removed" });
  await removing;
});
