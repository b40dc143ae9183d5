/**
 * Everything the page has under way: which `Download` an id means, and which reply belongs to
 * which question.
 *
 * An id means one download at a time. Asked for again while it is being removed, it means a new
 * one, whose orders wait until the old one is gone: the engine knows downloads by their id.
 *
 * @module
 */
import { deferred } from "./deferred.js";
import { Download } from "./download.js";
import { DownloadError, revive } from "./error.js";
import { Task } from "./task.js";

/** @import { Deferred } from "./deferred.js" */
/** @import { Question, Report, Snapshot, ToEngine } from "./messages.js" */
/** @import { Wanted } from "./options.js" */

/**
 * @typedef {object} Entry
 * @property {Task} task
 * @property {Download} download
 * @property {ToEngine[]} held Messages that wait for the download before it to be gone.
 */

export class Session {
  /**
   * The first entry of an id is the one the engine knows.
   *
   * @type {Map<string, Entry[]>}
   */
  #entries = new Map();
  /** @type {Map<number, Deferred<any>>} */
  #calls = new Map();
  #lastCall = 0;
  #post;

  /** @param {(receive: (report: Report) => void) => (message: ToEngine) => void} start */
  constructor(start) {
    this.#post = start((report) => this.#receive(report));
  }

  /** @param {Wanted} wanted */
  open({ id, url, start, signal, options }) {
    const last = this.#entries.get(id)?.at(-1);
    const state = start ? "connecting" : "paused";
    const entry = last && !last.task.leaving ? last : this.#add(blank(id, url, state));
    entry.task.open({ type: "open", id, url, start, options });
    signal?.addEventListener("abort", () => entry.task.pause(), { once: true });
    return entry.download;
  }

  /**
   * A question that concerns no download.
   *
   * @param {Question} question
   * @returns {Promise<any>}
   */
  ask(question) {
    return this.#ask(question, this.#post);
  }

  async list() {
    /** @type {Snapshot[]} */
    const snapshots = await this.ask({ type: "list" });
    return snapshots.map((snapshot) => this.#adopt(snapshot)).filter((download) => download !== null);
  }

  /** @param {Snapshot} snapshot */
  #adopt(snapshot) {
    const { id, url } = snapshot;
    const entry = this.#entries.get(id)?.[0] ?? this.#add(blank(id, url, "paused"));
    // Snapshots that came by themselves may be newer than the list.
    if (!entry.task.heard) entry.task.update(snapshot);
    return entry.task.leaving ? null : entry.download;
  }

  /** @param {Snapshot} snapshot */
  #add(snapshot) {
    const { id } = snapshot;
    const entries = this.#entries.get(id) ?? [];
    /** @param {ToEngine} message */
    const post = (message) => {
      if (entries[0] === entry) this.#post(message);
      else entry.held.push(message);
    };
    const task = new Task(snapshot, { post, ask: (question) => this.#ask(question, post) });
    /** @type {Entry} */
    const entry = { task, download: new Download(task), held: [] };
    entries.push(entry);
    this.#entries.set(id, entries);
    return entry;
  }

  /**
   * @param {Question} question
   * @param {(message: ToEngine) => void} post
   * @returns {Promise<any>}
   */
  #ask(question, post) {
    const call = ++this.#lastCall;
    const reply = deferred();
    this.#calls.set(call, reply);
    post({ ...question, call });
    return reply.promise;
  }

  /** @param {Report} report */
  #receive(report) {
    switch (report.type) {
      case "snapshot":
        return this.#update(report.snapshot);
      case "reply": {
        const { call, value, error } = report;
        const reply = this.#calls.get(call);
        this.#calls.delete(call);
        return error ? reply?.reject(revive(error)) : reply?.resolve(value);
      }
      case "fatal":
        return this.#fail(report);
    }
  }

  /** @param {Snapshot} snapshot */
  #update(snapshot) {
    const { id, state } = snapshot;
    const entries = this.#entries.get(id);
    // One that only `list` asked for: its reply is on the way.
    if (!entries) return;
    const [first, next] = entries;
    if (state === "removed") {
      entries.shift();
      if (!next) this.#entries.delete(id);
    }
    first?.task.update(snapshot);
    if (state === "removed") {
      for (const message of next?.held.splice(0) ?? []) this.#post(message);
    }
  }

  /** @param {import("./messages.js").Fatal} fatal */
  #fail({ code, message }) {
    const error = { code, message, retryable: false };
    for (const reply of this.#calls.values()) reply.reject(new DownloadError(code, message));
    this.#calls.clear();
    for (const { task } of [...this.#entries.values()].flat()) task.fail(error);
  }
}

/**
 * What is known of a download before the engine has said anything.
 *
 * @param {string} id
 * @param {string} url
 * @param {"connecting" | "paused"} state
 * @returns {Snapshot}
 */
function blank(id, url, state) {
  return {
    id,
    url,
    // What the engine has not sanitised is shown to nobody.
    filename: "",
    type: "",
    size: null,
    etag: null,
    lastModified: null,
    state,
    interrupted: false,
    resumable: true,
    reason: null,
    storage: "indexeddb",
    progress: {
      received: 0,
      total: null,
      ratio: null,
      bytesPerSecond: 0,
      secondsLeft: null,
      connections: 0,
      segments: [],
    },
    error: null,
  };
}
