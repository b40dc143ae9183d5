/**
 * A download as a page sees it.
 *
 * It says what the engine last said, and passes orders on; it keeps no state of its own.
 *
 * @module
 */
import { load } from "./load.js";

/** @import { DownloadError } from "./error.js" */
/** @import { SaveOptions } from "./options.js" */
/** @import { Task } from "./task.js" */

/**
 * What became of a file that was to be saved: written where the user wanted it, handed to the
 * browser's own download, or neither because the user closed the dialog or one is open already.
 *
 * @typedef {"written" | "handed-over" | "dismissed"} Saved
 */

/**
 * An `EventTarget` that knows the names of its events, so that a misspelt one does not compile.
 *
 * @typedef {Omit<EventTarget, "addEventListener" | "removeEventListener"> & {
 *   addEventListener(
 *     type: "progress" | "statechange",
 *     listener: EventListenerOrEventListenerObject | null,
 *     options?: boolean | AddEventListenerOptions,
 *   ): void,
 *   removeEventListener(
 *     type: "progress" | "statechange",
 *     listener: EventListenerOrEventListenerObject | null,
 *     options?: boolean | EventListenerOptions,
 *   ): void,
 * }} DownloadEvents
 */

/**
 * One file, from its first byte to the `File` that the browser keeps on disk. Made by `download()`
 * and `downloads()` only.
 *
 * Events: `progress`, at most ten a second and at each new state, and `statechange`. Both are
 * plain events: what is new is read from the object.
 */
export class Download extends /** @type {new () => DownloadEvents} */ (EventTarget) {
  #task;
  /**
   * Of each file that was handed to the browser: there is another one where the bytes were lost
   * and fetched again.
   *
   * @type {Map<File, string>}
   */
  #objectUrls = new Map();

  /**
   * @internal
   * @param {Task} task
   */
  constructor(task) {
    super();
    this.#task = task;
    task.onchange = (stateChanged) => {
      if (this.state === "removed") this.#revoke();
      this.dispatchEvent(new Event("progress"));
      if (stateChanged) this.dispatchEvent(new Event("statechange"));
    };
  }

  /** Its identity across reloads: the option `id`, or the URL. */
  get id() {
    return this.#task.snapshot.id;
  }

  /** Absolute, without a fragment. */
  get url() {
    return this.#task.snapshot.url;
  }

  /**
   * Sanitised: no paths, no control or bidirectional characters, no reserved names. May change with
   * the first answer, and is empty for the moment until the engine has read the address.
   */
  get filename() {
    return this.#task.snapshot.filename;
  }

  /**
   * The media type; `application/octet-stream` where the server names none or has not answered yet,
   * and empty for the moment until the engine has read the address.
   */
  get type() {
    return this.#task.snapshot.type;
  }

  /** In bytes; null until it is known. */
  get size() {
    return this.#task.snapshot.size;
  }

  /** The entity tag as the server sent it; null where there is none that the page may read. */
  get etag() {
    return this.#task.snapshot.etag;
  }

  /** The header Last-Modified as the server sent it, or null. */
  get lastModified() {
    return this.#task.snapshot.lastModified;
  }

  /** What it is doing. */
  get state() {
    return this.#task.snapshot.state;
  }

  /** Why it waits, and until when; null in any other state than `waiting`, and where another tab is waited for. */
  get waiting() {
    const { state, waiting } = this.#task.snapshot;
    return state === "waiting" ? waiting : null;
  }

  /** It was running when its page went away, and nobody has resumed it since. */
  get interrupted() {
    return this.#task.snapshot.interrupted;
  }

  /** Whether it goes on from the bytes it has after an interruption. */
  get resumable() {
    return this.#task.snapshot.resumable;
  }

  /** Why it is not resumable. */
  get reason() {
    return this.#task.snapshot.reason;
  }

  /** Where its bytes are kept; until the first event, where they are expected to be. */
  get storage() {
    return this.#task.snapshot.storage;
  }

  /** A new object at each event. */
  get progress() {
    return this.#task.snapshot.progress;
  }

  /**
   * Why it failed; null in any other state than `failed` and `removed`.
   *
   * @returns {DownloadError | null}
   */
  get error() {
    return this.#task.error;
  }

  /**
   * The file, with its name and type, once every byte is stored; pending while the download is
   * paused. Rejects with a `DownloadError`, which the browser does not report where nobody handles
   * it: `state` and `error` say the same. When a failed download is resumed, this is a new promise.
   *
   * @returns {Promise<File>}
   */
  get finished() {
    return this.#task.finished;
  }

  /**
   * Ends every request; resolves when every received byte is stored. Never rejects: a download
   * that fails meanwhile is at rest too.
   *
   * @returns {Promise<void>}
   */
  pause() {
    return this.#task.pause();
  }

  /** Goes on, also after a failure. Does nothing while it runs, or when it is complete or removed. */
  resume() {
    this.#task.resume();
  }

  /**
   * Its bytes in order, from the first one on, as they are stored: a new stream with each call,
   * and none of them starts or resumes the download. Reading slowly costs no memory.
   *
   * It waits while the download is paused, ends when the download is complete and has been read,
   * and fails with a `DownloadError` where the download fails, or with the code `changed` where
   * the bytes already read belong to another version of the file than those now fetched.
   *
   * @returns {ReadableStream<Uint8Array<ArrayBuffer>>} Chunks of at most 1 MiB.
   */
  stream() {
    return this.#task.stream();
  }

  /**
   * Gives the file to the user. Where the browser can ask where to save, and a click of the user
   * allows it, the file is written there once it is finished, in constant memory, and its size
   * checked. Else it is handed to the browser's own download: keep the download until the browser
   * has saved it. It does not start a download: one that is paused is saved once it has been
   * resumed and is complete. In pages only: a worker cannot save a file, and the code is `invalid`
   * there.
   *
   * The browser empties a file that is there already as soon as the user chooses to replace it: if
   * the download fails afterwards, or cannot be written, that file is gone. For a download that has
   * failed already no dialog opens.
   *
   * @param {SaveOptions} [options]
   * @returns {Promise<Saved>} Rejects with a `DownloadError`, or with the reason of an aborted
   *   `options.signal`.
   */
  async save(options = {}) {
    // Not loaded before it is needed; a click counts for some seconds.
    const { save } = await load(import("./save.js"));
    // Kept until the download is removed: to revoke it earlier breaks saves under way.
    const objectUrl = (/** @type {File} */ file) => {
      const url = this.#objectUrls.get(file) ?? URL.createObjectURL(file);
      this.#objectUrls.set(file, url);
      return url;
    };
    return save({ task: this.#task, objectUrl }, options);
  }

  /**
   * Forgets it and frees its bytes, also while it runs. Afterwards its state is `removed`. Rejects
   * with the code `storage` or `quota` if the browser cannot delete them, and with `busy`
   * if another tab owns it and does not answer.
   *
   * @returns {Promise<void>}
   */
  remove() {
    return this.#task.remove();
  }

  #revoke() {
    for (const url of this.#objectUrls.values()) URL.revokeObjectURL(url);
    this.#objectUrls.clear();
  }
}
