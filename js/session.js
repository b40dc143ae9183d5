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
import { load } from "./load.js";
import { readUrl } from "./options.js";
import { Task } from "./task.js";

/** @import { Deferred } from "./deferred.js" */
/** @import { Engine } from "./engine-host.js" */
/** @import { EngineOptions, Order, Question, Report, Snapshot, ToEngine } from "./messages.js" */
/** @import { Wanted } from "./options.js" */

/**
 * @typedef {object} Entry
 * @property {Task} task
 * @property {Download} download
 * @property {ToEngine[]} held Messages that wait for the download before it to be gone.
 * @property {string | undefined} metalink The last one given.
 * @property {boolean} resting By the engine's last word there is something to start, and nothing has
 *   been started since.
 * @property {boolean} starting It starts once it is known what there is of it, and what the Metalink says.
 * @property {string} url The last one given, which the engine may not have spoken of yet.
 * @property {EngineOptions} options Each as it was last given: a call that says nothing of one
 *   leaves it as it is.
 * @property {EngineOptions} known What the Metalink says, or that it has not been read; the options
 *   above count more.
 * @property {string} asked What the engine was last asked for, as text to compare.
 * @property {import("./options.js").RefreshUrl | undefined} refreshUrl
 * @property {AbortSignal | undefined} signal The last one given.
 * @property {((snapshot: Snapshot) => Snapshot) | undefined} judge What is to become of it by the
 *   first word of another engine than before.
 */

/**
 * @typedef {object} Call
 * @property {Deferred<any>} reply
 * @property {ToEngine | null} sent
 */

export class Session {
  /**
   * The first entry of an id is the one the engine knows.
   *
   * @type {Map<string, Entry[]>}
   */
  #entries = new Map();
  /** @type {Map<number, Call>} */
  #calls = new Map();
  #lastCall = 0;
  #engine;
  #persist;
  #watched = false;
  #updated = () => {};

  /**
   * @param {(receive: (report: Report) => void) => Engine} start
   * @param {boolean} [persist] Whether to ask the browser to keep what is stored.
   */
  constructor(start, persist = true) {
    this.#persist = persist;
    this.#engine = start((report) => this.#receive(report));
  }

  /** @param {ToEngine} message */
  #post = (message) => {
    const call = "call" in message && this.#calls.get(message.call);
    if (call) call.sent = message;
    this.#engine.post(message);
    if (this.#watched) return;
    this.#watched = true;
    // Without it, the page that is left keeps what it has.
    this.#watch().catch(() => {});
  };

  /** From the first message on there is something to end. */
  async #watch() {
    const { watchTransitions } = await load(import("./suspension.js"));
    this.#updated = watchTransitions({
      entries: this.#entries,
      calls: this.#calls,
      end: () => this.#engine.end(),
      post: this.#post,
      orderOf,
    });
  }

  /**
   * What the id means now, if anything: not what is being removed.
   *
   * @param {string} id
   */
  find(id) {
    const last = this.#entries.get(id)?.at(-1);
    return last?.task.leaving ? undefined : last;
  }

  /** @param {Wanted} wanted */
  open({ id, url, start, signal, metalink, refreshUrl, options }) {
    const state = start ? "connecting" : "paused";
    const entry = this.find(id) ?? this.#add(blank(id, url, state, options.storage));
    entry.refreshUrl = refreshUrl ?? entry.refreshUrl;
    entry.url = url;
    entry.options = { ...entry.options, ...options };
    const asked = JSON.stringify([url, metalink, entry.options]);
    // Each order is answered, and a page may ask again with every answer that it renders.
    if (start || asked !== entry.asked) {
      // What it says holds for the whole run: a start by the same words would take it back.
      const isNew = metalink !== entry.metalink || (entry.resting && !entry.starting);
      if (metalink && isNew) Object.assign(entry, { metalink, known: { partial: true } });
      entry.asked = asked;
      entry.task.open({ ...orderOf(entry), start });
    }
    // One listener for each signal, however often it is given.
    signal?.addEventListener("abort", entry.task.pause, { once: true });
    entry.signal = signal ?? entry.signal;
    return entry.download;
  }

  /**
   * Only a start waits for a Metalink, and only where there is something to start: first the engine
   * is asked what it has.
   *
   * @param {Entry} entry
   * @param {ToEngine} message
   */
  #pass(entry, message) {
    const { task, held, known, resting } = entry;
    if (this.#entries.get(task.snapshot.id)?.[0] !== entry) return void held.push(message);
    const { type } = message;
    if (type === "pause" || type === "remove") entry.starting = false;
    const starts = type === "resume" || (type === "open" && message.start);
    if (starts && known.partial && resting) {
      entry.starting = true;
      message = orderOf(entry);
    } else if (starts) {
      entry.resting = false;
    }
    this.#post(message);
  }

  /** @param {Entry} entry */
  async #prepare(entry) {
    try {
      const { readFor } = await load(import("./metalink.js"));
      if (await readFor(entry)) this.#pass(entry, { ...orderOf(entry), start: true });
    } catch (error) {
      entry.starting = false;
      entry.task.fail(/** @type {DownloadError} */ (error));
    }
  }

  /**
   * Another URL for a download whose own has expired.
   *
   * @param {import("./messages.js").Refresh} refresh
   */
  async #refresh({ id, status }) {
    const entry = this.#entries.get(id)?.[0];
    /** @type {string | null} */
    let next = null;
    try {
      const answer = await entry?.refreshUrl?.({ status, url: entry.url });
      if (entry && answer !== undefined) next = entry.url = readUrl(answer, "refreshUrl");
    } catch (error) {
      console.warn(`rangeload: refreshUrl gave no URL (${error})`);
    }
    this.#post({ type: "refreshed", id, url: next });
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
    const post = (/** @type {ToEngine} */ message) => this.#pass(entry, message);
    const task = new Task(snapshot, {
      post,
      // A name waits for nothing: a dialog that is to show it opens only while a click counts.
      ask: (question) => this.#ask(question, question.type === "filename" ? this.#post : post),
    });
    /** @type {Entry} */
    const entry = {
      task,
      download: new Download(task),
      held: [],
      metalink: undefined,
      resting: true,
      starting: false,
      url: snapshot.url,
      options: {},
      known: {},
      asked: "",
      refreshUrl: undefined,
      signal: undefined,
      judge: undefined,
    };
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
    this.#calls.set(call, { reply, sent: null });
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
        const reply = this.#calls.get(call)?.reply;
        this.#calls.delete(call);
        return error ? reply?.reject(revive(error)) : reply?.resolve(value);
      }
      case "refresh":
        return void this.#refresh(report);
      case "fatal":
        return this.#fail(report);
    }
  }

  /** @param {Snapshot} snapshot */
  #update(snapshot) {
    const entries = this.#entries.get(snapshot.id) ?? [];
    const [first, next] = entries;
    // One that only `list` asked for: its reply is on the way.
    if (!first) return;
    snapshot = first.judge?.(snapshot) ?? snapshot;
    const { state } = snapshot;
    if (state === "removed") {
      entries.shift();
      // It may be one for all that the page ever does.
      first.signal?.removeEventListener("abort", first.task.pause);
    }
    first.resting = state === "paused" || state === "failed";
    first.starting &&= first.resting;
    if (first.starting) {
      // The page has been told that it starts, and it does once the Metalink is there.
      snapshot = { ...snapshot, state: "connecting", interrupted: false, error: null };
      this.#prepare(first);
    }
    first.task.update(snapshot);
    if (this.#persist && state === "downloading" && snapshot.storage !== "memory") {
      // Once, and not before there is something that would be missed: some browsers ask the person in
      // front, who knows by then what it is about. Nothing waits for the answer, and nothing needs it.
      this.#persist = false;
      import("./persistence.js").then(({ requestPersistence }) => requestPersistence()).catch(() => {});
    }
    this.#updated();
    if (!next) return;
    if (state === "removed") {
      for (const message of next.held) this.#pass(next, message);
    } else if (!first.task.leaving) {
      // It could not be removed: what is stored is the next one's, and this one is over.
      this.#update({ ...snapshot, state: "removed" });
    }
  }

  /** @param {import("./messages.js").Fatal} fatal */
  #fail({ code, message }) {
    const error = { code, message, retryable: false };
    for (const { reply } of this.#calls.values()) reply.reject(new DownloadError(code, message));
    this.#calls.clear();
    for (const { task } of [...this.#entries.values()].flat()) task.fail(error);
  }
}

/**
 * @param {Entry} entry
 * @returns {Order & { type: "open" }}
 */
function orderOf(entry) {
  const { url, task } = entry;
  return { type: "open", id: task.snapshot.id, url, start: false, options: merged(entry) };
}

/** @param {Entry} entry */
function merged({ options, known }) {
  const mirrors = [...(options.mirrors ?? []), ...(known.mirrors ?? [])];
  return { ...known, ...options, ...(mirrors.length > 0 && { mirrors: [...new Set(mirrors)] }) };
}

/**
 * What is known of a download before the engine has said anything.
 *
 * @param {string} id
 * @param {string} url
 * @param {"connecting" | "paused"} state
 * @param {EngineOptions["storage"]} [storage]
 * @returns {Snapshot}
 */
function blank(id, url, state, storage = "auto") {
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
    waiting: null,
    interrupted: false,
    resumable: true,
    reason: null,
    storage: storage === "auto" ? "opfs" : storage,
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
