/**
 * One download as the page knows it: the engine's last word on it, and who waits for what.
 *
 * It decides nothing about the download; orders go to the engine, and what comes of them is known
 * only from the snapshots that follow.
 *
 * @module
 */
import { deferred } from "./deferred.js";
import { DownloadError, revive } from "./error.js";
import { stream } from "./stream.js";

/** @import { Deferred } from "./deferred.js" */
/** @import { Order, PlainError, Question, Snapshot, State } from "./messages.js" */

/**
 * @typedef {object} Line
 * @property {(order: Order) => void} post
 * @property {(question: Question) => Promise<any>} ask
 */

/** Readers of all downloads are told apart by number. */
let lastReader = 0;

/** @type {readonly State[]} */
const AT_REST = ["paused", "complete", "failed", "removed"];

export class Task {
  /** @type {DownloadError | null} */
  error = null;
  /** The engine has said something about it. */
  heard = false;
  /** `remove()` was called. */
  leaving = false;
  /**
   * Settled when it is at rest, where `pause()` was called.
   *
   * @type {Deferred<void> | null}
   */
  pausing = null;
  /**
   * Called after each change.
   *
   * @type {(stateChanged: boolean) => void}
   */
  onchange = () => {};

  #line;
  #snapshot;
  /** @type {string | undefined} */
  #wantedName;
  /** @type {Promise<File> | null} */
  #finished = null;
  /**
   * Settles `#finished`, until it has been settled.
   *
   * @type {Deferred<File> | null}
   */
  #unfinished = null;
  /** @type {Deferred<void> | null} */
  #removing = null;

  /**
   * @param {Snapshot} snapshot
   * @param {Line} line
   */
  constructor(snapshot, line) {
    this.#snapshot = snapshot;
    this.#line = line;
  }

  get snapshot() {
    return this.#snapshot;
  }

  get atRest() {
    return AT_REST.includes(this.#snapshot.state);
  }

  /** @returns {Promise<File>} */
  get finished() {
    if (!this.#finished) {
      this.#unfinished = deferred();
      this.#finished = this.#unfinished.promise;
      this.#settle();
    }
    return this.#finished;
  }

  /**
   * It cannot be read: whoever asks next is given what the engine has by then.
   *
   * @param {Promise<File>} finished
   */
  distrust(finished) {
    if (this.#finished === finished) this.#finished = null;
  }

  /** @param {Order & { type: "open" }} order */
  open(order) {
    this.#wantedName = order.options.filename;
    this.#line.post(order);
    if (order.start) this.#start();
  }

  resume() {
    if (this.leaving || ["complete", "removed"].includes(this.#snapshot.state)) return;
    this.#line.post({ type: "resume", id: this.#snapshot.id });
    this.#start();
  }

  /** Resolves when the download is at rest, and with it every received byte stored. */
  pause = () => {
    if (this.atRest) return Promise.resolve();
    if (!this.pausing) {
      this.pausing = deferred();
      // The end of a removal is rest too, and an order to pause would call it off.
      if (!this.leaving) this.#line.post({ type: "pause", id: this.#snapshot.id });
    }
    return this.pausing.promise;
  };

  remove() {
    if (this.#snapshot.state === "removed") return Promise.resolve();
    if (!this.#removing) {
      this.#removing = deferred();
      this.leaving = true;
      this.#line.post({ type: "remove", id: this.#snapshot.id });
    }
    return this.#removing.promise;
  }

  /**
   * A file name as the engine lets it through; without one, that of the file.
   *
   * @param {string} [name]
   * @returns {Promise<string>}
   */
  async sanitized(name) {
    const { filename, url } = this.#snapshot;
    // No snapshot has yet what was asked for just now.
    name ??= this.#wantedName;
    if (!name && filename) return filename;
    // Nothing is known of the file yet, and the dialog of the click that starts it cannot wait.
    return this.#line.ask({ type: "filename", name, url });
  }

  /** A new reader of its bytes. */
  stream() {
    const { id } = this.#snapshot;
    const reader = ++lastReader;
    /** @type {import("./messages.js").Begun | null} */
    let begun = null;
    return stream({
      read: async (from, limit) => {
        if (this.#snapshot.state === "removed") throw this.error;
        const bytes = await this.#line.ask({ type: "read", id, reader, from, limit, begun });
        const { size, etag, lastModified } = this.#snapshot;
        begun ??= { size, etag, lastModified };
        return bytes;
      },
      leave: () => {
        if (this.#snapshot.state !== "removed") this.#line.post({ type: "leave", id, reader });
      },
    });
  }

  /** @param {Snapshot} snapshot */
  update(snapshot) {
    const { state } = this.#snapshot;
    // The engine begins with what is stored: an order to run cannot have reached it by then.
    const before = snapshot.state === "paused" || snapshot.failedBefore;
    if (!this.heard && state === "connecting" && before) {
      snapshot = { ...snapshot, state, interrupted: false, error: null };
    }
    this.heard = true;
    this.#adoptError(snapshot.error);
    this.#change(snapshot);
  }

  /**
   * The engine is gone. What is complete stays so: it may be read after the next load of the page.
   *
   * @param {PlainError} error
   */
  fail(error) {
    if (this.#snapshot.state === "complete" && !this.leaving) return;
    this.update({ ...this.#snapshot, state: "failed", error });
    this.#stay();
  }

  #start() {
    this.pausing?.resolve();
    this.pausing = null;
    const { state } = this.#snapshot;
    if (state !== "paused" && state !== "failed") return;
    this.error = null;
    this.#change({ ...this.#snapshot, state: "connecting", interrupted: false, error: null });
  }

  /** @param {PlainError | null} plain */
  #adoptError(plain) {
    if (!plain) this.error = null;
    else if (this.error?.code !== plain.code || this.error.message !== plain.message) {
      this.error = revive(plain);
    }
  }

  /** @param {Snapshot} snapshot */
  #change(snapshot) {
    const { state } = this.#snapshot;
    // Another tab may have resumed it, or its bytes were lost and are fetched again.
    if (state !== snapshot.state && (state === "failed" || state === "complete")) this.#finished = null;
    // Each has a progress of its own, also that which an order has made of the last one.
    this.#snapshot = { ...snapshot, progress: { ...snapshot.progress } };
    this.#settle();
    this.onchange(snapshot.state !== state);
  }

  #settle() {
    const { state, unremoved } = this.#snapshot;
    if (this.atRest) {
      this.pausing?.resolve();
      this.pausing = null;
    }
    if (state === "removed") this.#removing?.resolve();
    // Any other failure was on its way before the order to remove arrived.
    if (unremoved || this.error?.code === "busy") this.#stay();
    if (!this.#unfinished || !this.atRest || state === "paused") return;
    const unfinished = this.#unfinished;
    this.#unfinished = null;
    if (state === "complete") this.#hand(unfinished);
    else unfinished.reject(this.error);
  }

  /** The engine could not remove it. */
  #stay() {
    this.#removing?.reject(this.error);
    this.#removing = null;
    this.leaving = false;
  }

  /** @param {Deferred<File>} unfinished */
  async #hand(unfinished) {
    const { id, filename, type } = this.#snapshot;
    try {
      const blob = await this.#line.ask({ type: "blob", id });
      unfinished.resolve(new File([blob], filename, { type }));
    } catch (error) {
      // Complete all the same: whoever asks next is given another try.
      this.distrust(unfinished.promise);
      unfinished.reject(this.#snapshot.state === "removed" ? this.error : error);
    }
  }
}
