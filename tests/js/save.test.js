import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";

import { deferred } from "../../js/deferred.js";
import { DownloadError } from "../../js/error.js";
import { choosePlace, readSaveOptions, save, write } from "../../js/save.js";
import { Task } from "../../js/task.js";
import { snapshot } from "./line.js";

/** @import { Deferred } from "../../js/deferred.js" */

/**
 * A file handle whose disk is an array, in which `lose` bytes of each chunk get lost.
 *
 * @param {{ lose?: number, full?: boolean }} [faults]
 */
function handle({ lose = 0, full = false } = {}) {
  /** @type {Uint8Array[]} */
  let kept = [];
  /** @type {Uint8Array[]} */
  const pending = [];
  const file = {
    createWritable: async () =>
      new WritableStream({
        write(chunk) {
          if (full) throw new DOMException("no room", "QuotaExceededError");
          pending.push(chunk.subarray(lose));
        },
        close() {
          kept = pending;
        },
      }),
    getFile: async () => new Blob(/** @type {BlobPart[]} */ (kept)),
  };
  return /** @type {FileSystemFileHandle} */ (/** @type {unknown} */ (file));
}

const file = Promise.resolve(new File([], "a.iso"));

const blob = new Blob([new Uint8Array(300_000).fill(7)]);

/**
 * @param {Promise<unknown>} promise
 * @param {string} code
 */
const rejectsWith = (promise, code) =>
  assert.rejects(promise, (error) => error instanceof DownloadError && error.code === code);

test("a file is written whole, and its progress ends with its size", async () => {
  const target = handle();
  /** @type {import("../../js/options.js").SaveProgress[]} */
  const seen = [];
  await write(blob, target, { onProgress: (progress) => seen.push(progress), signal: undefined });
  assert.equal((await target.getFile()).size, blob.size);
  assert.deepEqual(seen.at(-1), { written: blob.size, total: blob.size });
});

test("a caller who throws is told of it, and the file is written", async (t) => {
  const target = handle();
  const reported = t.mock.fn();
  Object.assign(globalThis, { reportError: reported });
  t.after(() => Reflect.deleteProperty(globalThis, "reportError"));
  const mistake = new Error("of the caller");
  const onProgress = () => {
    throw mistake;
  };
  await write(blob, target, { onProgress, signal: undefined });
  assert.equal((await target.getFile()).size, blob.size);
  assert.deepEqual(reported.mock.calls.at(0)?.arguments, [mistake]);
});

test("a file of another size than the download does not pass for saved", async () => {
  await rejectsWith(write(blob, handle({ lose: 1 }), { onProgress: undefined, signal: undefined }), "storage");
});

test("a full disk is named", async () => {
  const target = handle({ full: true });
  await rejectsWith(write(blob, target, { onProgress: undefined, signal: undefined }), "quota");
  assert.equal((await target.getFile()).size, 0);
});

test("an aborted save rejects with the reason and writes nothing", async () => {
  const target = handle();
  const controller = new AbortController();
  const reason = new Error("enough");
  const onProgress = () => controller.abort(reason);
  await assert.rejects(write(blob, target, { onProgress, signal: controller.signal }), reason);
  assert.equal((await target.getFile()).size, 0);
});

/**
 * A page in which the user replaces a file of five bytes: the browser empties it before the page
 * hears of it.
 *
 * @param {import("node:test").TestContext} t
 */
function replacing(t) {
  const seen = { asked: 0, kept: 5, removed: false };
  const target = {
    createWritable: async () => new WritableStream({ write: (chunk) => void (seen.kept += chunk.byteLength) }),
    getFile: async () => new Blob([new Uint8Array(seen.kept)]),
    remove: async () => (seen.removed = true),
  };
  const page = {
    document: {},
    navigator: {},
    async showSaveFilePicker() {
      seen.asked += 1;
      seen.kept = 0;
      return target;
    },
  };
  const own = Object.keys(page).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]);
  Object.defineProperties(globalThis, Object.getOwnPropertyDescriptors(page));
  t.after(() => {
    for (const [name, was] of own) {
      Reflect.deleteProperty(globalThis, /** @type {string} */ (name));
      if (was) Object.defineProperty(globalThis, /** @type {string} */ (name), was);
    }
  });
  return seen;
}

/** @param {Promise<File>} finished */
const source = (finished) => ({
  task: { finished, sanitized: async () => "a.iso", distrust() {} },
  objectUrl: () => "",
});

test("what has failed already replaces no file", async (t) => {
  const seen = replacing(t);
  const failed = Promise.reject(new DownloadError("http", "404"));
  failed.catch(() => {});
  await rejectsWith(save(source(failed), {}), "http");
  assert.deepEqual(seen, { asked: 0, kept: 5, removed: false });
});

test("a file that a failure leaves empty does not pass for the download", async (t) => {
  const seen = replacing(t);
  const finished = deferred();
  const saving = save(source(finished.promise), {});
  await setImmediate();
  finished.reject(new DownloadError("http", "404"));
  await rejectsWith(saving, "http");
  assert.deepEqual(seen, { asked: 1, kept: 0, removed: true });
});

test("nor does one that is left empty by an abort", async (t) => {
  const seen = replacing(t);
  const controller = new AbortController();
  const saving = save(source(deferred().promise), { signal: controller.signal });
  await setImmediate();
  controller.abort(new Error("enough"));
  await assert.rejects(saving, new Error("enough"));
  assert.equal(seen.removed, true);
});

test("a file that has been written stays", async (t) => {
  const seen = replacing(t);
  assert.equal(await save(source(file), {}), "written");
  assert.equal(await save(source(Promise.resolve(new File(["01234"], "a.iso"))), {}), "written");
  assert.deepEqual(seen, { asked: 2, kept: 5, removed: false });
});

test("a worker cannot save", async () => {
  await rejectsWith(choosePlace("a.iso", true, file), "invalid");
});

test("a file that cannot be read is asked for anew, and one that cannot be written is not", async (t) => {
  let asked = 0;
  const task = new Task(snapshot({ state: "complete" }), {
    post() {},
    ask: async ({ type }) => (type === "filename" ? "a.iso" : new Blob([String(++asked)])),
  });
  let target = handle({ full: true });
  const page = { document: {}, navigator: {}, showSaveFilePicker: async () => target };
  Object.defineProperties(globalThis, Object.getOwnPropertyDescriptors(page));
  t.after(() => Object.keys(page).forEach((name) => Reflect.deleteProperty(globalThis, name)));
  const source = { task, objectUrl: () => "" };
  await rejectsWith(save(source, {}), "quota");
  const lost = await task.finished;
  assert.equal(asked, 1);
  target = handle();
  lost.stream = () =>
    new ReadableStream({
      pull() {
        throw new DOMException("", "NotReadableError");
      },
    });
  await rejectsWith(save(source, {}), "storage");
  assert.equal(await (await task.finished).text(), "2");
  assert.equal(await save(source, {}), "written");
});

test("a second click while the dialog is open saves nothing beside it", async (t) => {
  /** @type {Deferred<FileSystemFileHandle>[]} */
  const dialogs = [];
  const page = {
    document: {},
    navigator: {},
    showSaveFilePicker() {
      const busy = dialogs.length > 0;
      const dialog = deferred();
      dialogs.push(dialog);
      if (busy) dialog.reject(new DOMException("File picker already active", "NotAllowedError"));
      return dialog.promise;
    },
  };
  Object.defineProperties(globalThis, Object.getOwnPropertyDescriptors(page));
  t.after(() => Object.keys(page).forEach((name) => Reflect.deleteProperty(globalThis, name)));
  const first = choosePlace("a.iso", true, file);
  assert.equal(await choosePlace("a.iso", true, file), "nowhere");
  assert.equal(await choosePlace("a.iso", false, file), "browser", "it is asked for in so many words");
  const other = Promise.resolve(new File([], "b.iso"));
  assert.equal(await choosePlace("b.iso", true, other), "browser", "another file is not lost");
  const target = handle();
  dialogs[0]?.resolve(target);
  assert.deepEqual(await first, { file: target });
  dialogs.length = 0;
  choosePlace("a.iso", true, file);
  assert.equal(dialogs.length, 1, "once it is closed there is another one");
});

test("a file may be saved under another name, and without a dialog", () => {
  const nothing = { filename: undefined, picker: true, onProgress: undefined, signal: undefined };
  assert.deepEqual(readSaveOptions({}), nothing);
  const wanted = readSaveOptions({ filename: "b.iso", picker: false });
  assert.deepEqual(wanted, { ...nothing, filename: "b.iso", picker: false });
  const refused = [{ filename: "" }, { picker: "yes" }, { onProgress: 1 }, { signal: {} }, { name: "b" }, null];
  for (const options of refused) {
    assert.throws(
      () => readSaveOptions(options),
      (error) => error instanceof DownloadError && error.code === "invalid",
    );
  }
});
