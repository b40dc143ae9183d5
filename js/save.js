/**
 * Gives a finished file to the user: written where a dialog says, or handed to the browser as a
 * link with the attribute `download` does.
 *
 * A file is copied in the browser's own chunks: none is held in memory as a whole.
 *
 * @module
 */
import { unlessAborted } from "./abort.js";
import { DownloadError, invalid } from "./error.js";
import { flag, readEach, readSignal, text } from "./options.js";

/** @import { Saved } from "./download.js" */
/** @import { SaveProgress } from "./options.js" */
/** @import { Task } from "./task.js" */

/**
 * What is to be saved.
 *
 * @typedef {object} Source
 * @property {Pick<Task, "finished" | "sanitized" | "distrust">} task
 * @property {(file: File) => string} objectUrl It must stay alive: when the browser has read it is
 *   not told.
 */

/**
 * @typedef {object} WantedSave
 * @property {string | undefined} filename
 * @property {boolean} picker
 * @property {((progress: SaveProgress) => void) | undefined} onProgress
 * @property {AbortSignal | undefined} signal
 */

/**
 * Where to save to: a file that the user has chosen, the browser's own download, or nowhere
 * because the user has closed the dialog.
 *
 * @typedef {{ file: FileSystemFileHandle } | "browser" | "nowhere"} Place
 */

/** At most ten reports a second, in milliseconds. */
const REPORT_EVERY = 100;

/** What a file throws whose bytes are not there. */
const LOST = ["NotReadableError", "NotFoundError"];

/**
 * The files that a dialog is open for. The browser refuses another one meanwhile, and for a second
 * click on the same button there must be no copy beside the one that the dialog is about.
 *
 * @type {WeakSet<Promise<File>>}
 */
const asked = new WeakSet();

/** @type {Record<string, (value: any) => unknown>} */
const READERS = {
  filename: (value) => text("filename", value),
  picker: (value) => flag("picker", value),
  onProgress: readCallback,
  signal: readSignal,
};

/**
 * @param {Source} source
 * @param {unknown} options
 * @returns {Promise<Saved>}
 */
export async function save({ task, objectUrl }, options) {
  const { finished } = task;
  const wanted = readSaveOptions(options);
  const { filename, picker, signal } = wanted;
  signal?.throwIfAborted();
  // The dialog empties the file that is chosen: it must not open for what has failed already.
  await Promise.race([finished, null]);
  const named = async () => (await task.sanitized(filename)) || "download";
  const place = await choosePlace(await named(), picker, finished);
  if (place === "nowhere") return "dismissed";
  if (place === "browser") {
    const file = await unlessAborted(finished, signal);
    // By now the server may have said how it is called.
    handOver(objectUrl(file), await named());
    return "handed-over";
  }
  try {
    await write(await unlessAborted(finished, signal), place.file, wanted);
  } catch (error) {
    await removeIfEmpty(place.file);
    // The browser may have lost its bytes: who asks for the file again is told.
    if (LOST.includes(/** @type {{ cause?: Partial<Error> }} */ (error)?.cause?.name ?? "")) task.distrust(finished);
    throw error;
  }
  return "written";
}

/**
 * @param {unknown} options
 * @returns {WantedSave}
 */
export function readSaveOptions(options) {
  const { filename, picker = true, onProgress, signal } = readEach(READERS, options);
  return { filename, picker, onProgress, signal };
}

/** @param {unknown} value */
function readCallback(value) {
  if (typeof value === "function") return value;
  throw invalid("onProgress", "must be a function");
}

/**
 * The dialog opens only while the click that led here still counts, and not in every browser or
 * frame: without it there is the browser's own download.
 *
 * @param {string} filename
 * @param {boolean} picker Whether a dialog is wanted where there is one.
 * @param {Promise<File>} finished
 * @returns {Promise<Place>}
 */
export async function choosePlace(filename, picker, finished) {
  if (!globalThis.document) throw invalid("save", "needs a page: a worker cannot save a file");
  const { showSaveFilePicker: pick } =
    /** @type {{ showSaveFilePicker?: (options: object) => Promise<FileSystemFileHandle> }} */ (globalThis);
  if (!picker || !pick || navigator.userActivation?.isActive === false) return "browser";
  if (asked.has(finished)) return "nowhere";
  asked.add(finished);
  try {
    return { file: await pick.call(globalThis, { suggestedName: filename }) };
  } catch (error) {
    return error instanceof DOMException && error.name === "AbortError" ? "nowhere" : "browser";
  } finally {
    asked.delete(finished);
  }
}

/**
 * On failure the chosen file is as the dialog has left it: empty, whatever it held before.
 *
 * @param {Blob} blob
 * @param {FileSystemFileHandle} target
 * @param {Pick<WantedSave, "onProgress" | "signal">} wanted
 */
export async function write(blob, target, { onProgress, signal }) {
  try {
    const writable = await target.createWritable();
    const counted = blob.stream().pipeThrough(counter(blob.size, onProgress));
    await counted.pipeTo(writable, signal ? { signal } : {});
    const { size } = await target.getFile();
    if (size !== blob.size) {
      const detail = { expected: blob.size, actual: size };
      throw new DownloadError("storage", "the saved file has another size than the download", { detail });
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw cause instanceof DownloadError ? cause : refused(cause);
  }
}

/**
 * No empty file is to pass for the download.
 *
 * @param {FileSystemFileHandle & { remove?: () => Promise<void> }} target
 */
async function removeIfEmpty(target) {
  try {
    const { size } = await target.getFile();
    if (size === 0) await target.remove?.();
  } catch {
    // It is gone, or the browser does not let go of it: why it could not be written counts more.
  }
}

/**
 * @param {string} objectUrl
 * @param {string} filename
 */
function handOver(objectUrl, filename) {
  const link = document.createElement("a");
  link.href = objectUrl;
  link.download = filename;
  link.click();
}

/**
 * @param {number} total
 * @param {((progress: SaveProgress) => void) | undefined} onProgress
 * @returns {TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>}
 */
function counter(total, onProgress = () => {}) {
  let written = 0;
  let last = 0;
  return new TransformStream({
    transform(chunk, controller) {
      written += chunk.byteLength;
      controller.enqueue(chunk);
      const now = performance.now();
      if (written < total && now - last < REPORT_EVERY) return;
      last = now;
      try {
        onProgress({ written, total });
      } catch (error) {
        // It is the caller's, and no reason to give up the file.
        reportError(error);
      }
    },
  });
}

/** @param {unknown} cause */
function refused(cause) {
  const { name, message } = /** @type {Partial<Error>} */ (cause);
  const full = name === "QuotaExceededError";
  const words = full ? "there is no room for the file where it is to be saved" : `the file cannot be saved: ${message}`;
  return new DownloadError(full ? "quota" : "storage", words, { retryable: true, cause });
}
