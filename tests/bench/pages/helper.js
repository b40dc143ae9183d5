/**
 * What the benchmarks have a page do, as plain data. It measures time and hashes bytes; what
 * comes out of that is judged elsewhere.
 */
import { download, downloads } from "/pkg/index.js";
import { storedBlob, storedClaims } from "./stored.js";

/** As the recipes do it. */
const SEGMENTS = 6;

/** @type {import("/pkg/index.js").Download | null} */
let task = null;

/** @type {Blob | null} */
let result = null;

/**
 * From the call to the finished Blob. Whatever is thrown is an outcome too.
 *
 * @param {() => Promise<Blob>} get
 */
async function timed(get) {
  const started = performance.now();
  try {
    result = await get();
  } catch (error) {
    return { failure: String(error?.message ?? error) };
  }
  return { seconds: (performance.now() - started) / 1000, size: result.size };
}

/** @param {string} url */
async function sizeOf(url) {
  const head = await fetch(url, { method: "HEAD", cache: "no-store" });
  return Number(head.headers.get("content-length"));
}

/**
 * @param {string} url
 * @param {number} start
 * @param {number} end
 */
async function range(url, start, end) {
  const headers = { range: `bytes=${start}-${end - 1}` };
  const response = await fetch(url, { headers, cache: "no-store" });
  if (response.status !== 206) throw new Error(`status ${response.status}`);
  return response.arrayBuffer();
}

/** @param {Blob} blob */
async function sha256(blob) {
  const digest = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {import("/pkg/index.js").Download} it */
function state({ id, state, storage, progress }) {
  const segments = progress.segments.filter(({ received }) => received > 0);
  const claims = segments.map(({ start, received }) => [start, start + received]);
  return { id, state, storage, received: progress.received, claims };
}

globalThis.rangeloadTest = {
  /** The helper is loaded. */
  async ready() {},

  async rangeload(url, options) {
    const outcome = await timed(() => (task = download(url, options)).finished);
    return { ...outcome, storage: task?.storage };
  },

  async blob(url) {
    return timed(async () => (await fetch(url, { cache: "no-store" })).blob());
  },

  async recipe(url) {
    return timed(async () => {
      const size = await sizeOf(url);
      const at = Array.from({ length: SEGMENTS + 1 }, (_, i) => Math.floor((size * i) / SEGMENTS));
      const ranges = at.slice(1).map((end, i) => range(url, at[i], end));
      return new Blob(await Promise.all(ranges));
    });
  },

  /** SHA-256 of stretches of the result. */
  async digests(stretches) {
    const digests = [];
    for (const [start, end] of stretches) digests.push(await sha256(result.slice(start, end)));
    return digests;
  },

  /** Begins, or goes on with what is stored. */
  async begin(url, options) {
    task = download(url, options);
  },

  /** Waits until it is complete; its size. */
  async finished() {
    result = await task.finished;
    return result.size;
  },

  async remove() {
    result = null;
    await task?.remove();
    task = null;
  },

  /** What the package says is stored. */
  async list() {
    return (await downloads()).map(state);
  },

  /** What the records claim, read past the package. */
  async claims() {
    return storedClaims();
  },

  /** SHA-256 of stored stretches, read past the package; null for one that is not all there. */
  async storedDigests(id, stretches) {
    const digests = [];
    for (const [start, end] of stretches) {
      const blob = await storedBlob(id, start, end);
      digests.push(blob && (await sha256(blob)));
    }
    return digests;
  },
};
