/**
 * What the tests have a page do: orders to the package, and answers as plain data.
 *
 * It uses nothing but the public API. It judges nothing: what must hold is said in the tests.
 */
import { Download, DownloadError, configure, diagnose, download, downloads } from "/pkg/index.js";

/** What is hashed at a time, so that a file of any size fits. */
const SLICE = 8 * 2 ** 20;

const AT_REST = ["paused", "complete", "failed", "removed"];

/**
 * By id, so that a test can name them.
 *
 * @type {Map<string, Download>}
 */
const known = new Map();

/** @type {AbortController} */
let controller;

let unlock = () => {};

/**
 * What has been seen of the downloads that are watched: each state once it comes, and how often
 * the progress was told.
 *
 * @type {Map<string, { states: string[], progress: number }>}
 */
const watched = new Map();

/**
 * Why another URL was asked for, each time.
 *
 * @type {{ status: number, url: string }[]}
 */
const reasons = [];

/** Resolves when the worker of the tests' own has started. */
const workerStarted = new Promise((resolve) => {
  new BroadcastChannel("worker").onmessage = () => resolve(undefined);
});

/** What a page may say about the parts of the package, by what the tests call it. */
const CONFIGURATIONS = {
  "no worker": () => ({ worker: false }),
  "worker by address": () => ({ worker: "/test/worker.js" }),
  "worker that is made": () => ({ worker: () => new Worker("/test/worker.js", { type: "module" }) }),
  "worker after sleep": () => ({ worker: "/test/worker-after-sleep.js" }),
  "worker with a coarse clock": () => ({ worker: "/test/worker-with-a-coarse-clock.js" }),
  "worker that hears late": () => ({ worker: "/test/worker-that-hears-late.js" }),
  "worker with faults": () => ({ worker: "/test/worker-with-faults.js" }),
  "worker without locks": () => ({ worker: "/test/worker-without-locks.js" }),
  "worker that is not there": () => ({ worker: "/test/nothing.js" }),
  "wasm by address": () => ({ worker: false, wasm: "/pkg/rangeload.wasm" }),
  "wasm in bytes": async () => ({ worker: false, wasm: await wasm().then((answer) => answer.arrayBuffer()) }),
  "wasm that is compiled": async () => ({ wasm: await WebAssembly.compileStreaming(wasm()) }),
};

function wasm() {
  return fetch("/pkg/rangeload.wasm");
}

/**
 * The streams that are being read, by the id of their download.
 *
 * @type {Map<string, Promise<Blob>>}
 */
const streams = new Map();

/** @param {Download} download */
function plain(download) {
  const { id, url, filename, type, size, state, interrupted } = download;
  const { resumable, reason, storage, progress, error } = download;
  const failure = error && describe(error);
  return { id, url, filename, type, size, state, interrupted, resumable, reason, storage, progress, error: failure };
}

/** @param {DownloadError} error */
function describe(error) {
  if (!(error instanceof DownloadError)) throw new TypeError(`not a DownloadError: ${error}`);
  const { code, message, retryable, detail } = error;
  return { code, message, retryable, detail: detail ?? null };
}

/**
 * @param {Download} download
 * @param {() => boolean} condition
 */
function until(download, condition) {
  return new Promise((resolve) => {
    const look = () => {
      if (!condition()) return;
      download.removeEventListener("progress", look);
      resolve(undefined);
    };
    download.addEventListener("progress", look);
    look();
  });
}

/** @param {string} id */
async function find(id) {
  if (!known.has(id)) await list();
  const found = known.get(id);
  if (!found) throw new Error(`nothing is stored under ${id}`);
  return found;
}

async function list() {
  const all = await downloads();
  for (const one of all) known.set(one.id, one);
  return all;
}

/** @param {Blob} blob */
async function sha256(blob) {
  const digest = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {ReadableStream<Uint8Array<ArrayBuffer>>} stream */
async function collect(stream) {
  const chunks = [];
  for (let reader = stream.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(chunks);
    chunks.push(new Blob([value]));
  }
}

/** The offsets of the slices that are not what the server says. */
async function differences(file, path, seed) {
  const wrong = [];
  for (let start = 0; start < file.size; start += SLICE) {
    const end = Math.min(start + SLICE, file.size);
    const slice = file.slice(start, end);
    const same = crypto.subtle ? await hasDigest(slice, path, seed, start) : await isAlike(slice, path, seed, start);
    if (!same) wrong.push(start);
  }
  return wrong;
}

/** Whether the server's bytes from an offset on have the digest of these. */
async function hasDigest(slice, path, seed, start) {
  const query = new URLSearchParams({ seed, start: String(start), end: String(start + slice.size) });
  const [actual, expected] = await Promise.all([
    sha256(slice),
    fetch(`/sha256/${path}?${query}`).then((answer) => answer.text()),
  ]);
  return actual === expected.trim();
}

/** The same for a page without TLS, to which browsers give no digests. */
async function isAlike(slice, path, seed, start) {
  const headers = { Range: `bytes=${start}-${start + slice.size - 1}` };
  const answer = await fetch(`/files/${path}/compared?seed=${seed}`, { headers });
  return indexedDB.cmp(await slice.arrayBuffer(), await answer.arrayBuffer()) === 0;
}

globalThis.rangeloadTest = {
  /** Everything that is stored. */
  async list() {
    return (await list()).map(plain);
  },

  /**
   * @param {string} url
   * @param {object} [options]
   */
  async begin(url, options) {
    const begun = download(url, options);
    known.set(begun.id, begun);
    return plain(begun);
  },

  /** As `begin`, until it waits: for how many seconds more, and after what. */
  async beginUntilWaiting(url) {
    const { id } = await this.begin(url);
    const it = await find(id);
    await until(it, () => it.state === "waiting" || AT_REST.includes(it.state));
    const { waiting } = it;
    if (!waiting) throw new Error(`${id} is ${it.state} and was never seen to wait`);
    return { id, seconds: (waiting.until - Date.now()) / 1000, code: waiting.error.code };
  },

  /** The error that `download` throws. */
  async refusal(url, options) {
    try {
      return await this.begin(url, options).then(() => null);
    } catch (error) {
      return describe(error);
    }
  },

  /** As `begin`, with a signal that `abort` aborts. */
  async beginAbortably(url) {
    controller = new AbortController();
    return this.begin(url, { signal: controller.signal });
  },

  /** As `begin`, with a `refreshUrl` that gives one URL after the other, and throws after the last. */
  async beginWithUrls(url, options, urls) {
    const refreshUrl = (reason) => {
      reasons.push(reason);
      if (urls.length === 0) throw new Error("no other URL");
      return urls.shift();
    };
    return this.begin(url, { ...options, refreshUrl });
  },

  /** Why `refreshUrl` was called, each time. */
  async reasons() {
    return reasons;
  },

  /** @param {string} what A key of `CONFIGURATIONS`. */
  async configure(what) {
    configure(await CONFIGURATIONS[what]());
  },

  /** Has the worker with faults refuse this from now on, or nothing. */
  async fault(name) {
    const orders = new BroadcastChannel("faults");
    const understood = new Promise((resolve) => (orders.onmessage = resolve));
    orders.postMessage(name);
    await understood;
    orders.close();
  },

  async workerStarted() {
    await workerStarted;
  },

  /** Resolves when the page has got what it fetches and the image that it shows, if that is one. */
  async fetchAndShow(fetched, shown) {
    const image = new Image();
    const seen = new Promise((resolve) => {
      image.onload = resolve;
      image.onerror = resolve;
    });
    image.src = shown;
    await Promise.all([fetch(fetched).then((answer) => answer.blob()), seen]);
  },

  /** Resolves when a page that has no locks has locked a download, or none. No event tells. */
  async untilLocked(wanted) {
    const isLock = ({ name }) => name.startsWith("rangeload:");
    while ((await indexedDB.databases()).some(isLock) !== wanted) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  },

  /** The error that `configure` throws. */
  async configureRefusal() {
    try {
      configure({ worker: false });
      return null;
    } catch (error) {
      return describe(error);
    }
  },

  async diagnose(url) {
    return diagnose(url);
  },

  /** What axe-core finds wrong with the page as it stands. */
  async audit() {
    await import("/axe/axe.min.js");
    const { violations } = await axe.run();
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target}: ${failureSummary}`),
    );
  },

  async abort() {
    controller.abort();
  },

  /** @param {string} id */
  async status(id) {
    return plain(await find(id));
  },

  /** Waits until so many bytes are there, or no more will come. */
  async received(id, bytes) {
    const it = await find(id);
    await until(it, () => it.progress.received >= bytes || AT_REST.includes(it.state));
    return plain(it);
  },

  /** Waits until it is at rest. */
  async rest(id) {
    const it = await find(id);
    await until(it, () => AT_REST.includes(it.state));
    return plain(it);
  },

  /** Waits until it is removed, or complete. */
  async removed(id) {
    const it = await find(id);
    await until(it, () => ["removed", "complete"].includes(it.state));
    return plain(it);
  },

  /** The error that `finished` rejects with; null if there is none. */
  async rejection(id) {
    const it = await find(id);
    return it.finished.then(() => null, describe);
  },

  async resume(id) {
    const it = await find(id);
    it.resume();
    return plain(it);
  },

  async pause(id) {
    const it = await find(id);
    await it.pause();
    return plain(it);
  },

  /** Waits until it is finished, too. */
  async save(id, options) {
    await (await find(id)).save(options);
  },

  async remove(id) {
    const it = await find(id);
    await it.remove();
    return plain(it);
  },

  /**
   * Compares the finished file with what the server says its content is.
   *
   * @returns {Promise<{ size: number, name: string, type: string, wrong: number[] }>} With the
   *   offsets of the slices that differ.
   */
  async compare(id, path, seed) {
    const file = await (await find(id)).finished;
    const wrong = await differences(file, path, seed);
    return { size: file.size, name: file.name, type: file.type, wrong };
  },

  /** Notes from now on what its events tell. */
  async watch(id) {
    const it = await find(id);
    const seen = { states: [it.state], progress: 0 };
    watched.set(id, seen);
    it.addEventListener("statechange", () => seen.states.push(it.state));
    it.addEventListener("progress", () => (seen.progress += 1));
  },

  async watched(id) {
    return watched.get(id);
  },

  /** Begins to read its bytes in order. */
  async read(id) {
    const bytes = collect((await find(id)).stream());
    // Whoever waits for it hears of a failure.
    bytes.catch(() => {});
    streams.set(id, bytes);
  },

  /** Waits for the end of what `read` has begun, and compares it as `compare` does. */
  async readToEnd(id, path, seed) {
    const file = await streams.get(id);
    const wrong = await differences(file, path, seed);
    return { size: file.size, name: "", type: "", wrong };
  },

  /** Has the lock of a download until `unlock`, as a page would that does not answer. */
  async lock(id) {
    await new Promise((locked) => {
      navigator.locks.request(`rangeload:${id}`, () => {
        locked(undefined);
        return new Promise((resolve) => (unlock = resolve));
      });
    });
  },

  async unlock() {
    unlock();
  },
};
