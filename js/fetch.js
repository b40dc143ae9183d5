/**
 * A download in the clothes of a `Response`: what `resumableFetch` gives its caller.
 *
 * What cannot be fetched in ranges without changing its meaning goes to `fetch` as it is.
 *
 * @module
 */
import { unlessAborted } from "./abort.js";
import { DownloadError, invalid } from "./error.js";
import { REQUEST_READERS, RESERVED_HEADERS, readOptions } from "./options.js";
import { ifAlone, join } from "./readers.js";
import { stream } from "./stream.js";

/** @import { Download } from "./download.js" */
/** @import { DownloadOptions, FetchOptions, ResumableFetchInit } from "./options.js" */
/** @import { Last } from "./readers.js" */
/** @import { StreamController } from "./stream.js" */

/**
 * What it needs of the package.
 *
 * @typedef {object} Package
 * @property {(url: string, options: DownloadOptions) => Download} download
 * @property {() => Promise<Download[]>} downloads
 * @property {(id: string) => boolean} isKnown Whether the page has a download of that id.
 */

/** An answer has been accepted, or none is needed. */
const ANSWERED = ["downloading", "verifying", "complete"];

/** Statuses of answers without a body that a `Response` can have (Fetch standard, "null body status"). */
const NULL_BODY = [204, 205, 304];

/** Options of `download()` that `fetch` has words for, or that leave nothing to wait for. */
const FOREIGN = [...Object.keys(REQUEST_READERS), "autostart"];

/** What reads a body to its end. */
const CONSUMERS = /** @type {const} */ (["arrayBuffer", "blob", "bytes", "formData", "json", "text"]);

/**
 * What a body failed with.
 *
 * @typedef {{ error?: unknown }} Failure
 */

/**
 * The responses of a download that may still be read.
 *
 * @param {string} id
 */
const responses = (id) => `response ${id}`;

/**
 * And those of them that somebody has begun to read.
 *
 * @param {string} id
 */
const bodies = (id) => `body ${id}`;

/**
 * @param {Package} rangeload
 * @param {RequestInfo | URL} input
 * @param {ResumableFetchInit} [init]
 * @returns {Promise<Response>}
 */
export async function fetchResumably(rangeload, input, init) {
  // Passed on as it is: it may be a Request, whose members a copy would not have.
  const request = isGet(input, init) ? readRequest(input, init) : null;
  if (!request || !canBeResumed(request)) return fetchPlainly(input, init);
  request.signal.throwIfAborted();
  const given = init?.download ?? {};
  if (typeof given !== "object") throw invalid("download", "must be an object");
  const { keep = true, ...rest } = given;
  if (typeof keep !== "boolean") throw invalid("keep", "must be true or false");
  const foreign = FOREIGN.find((name) => /** @type {Record<string, unknown>} */ (rest)[name] !== undefined);
  if (foreign) throw invalid(foreign, "is unknown to init.download");
  const { url, headers, credentials, referrerPolicy, cache, signal } = request;
  /** @type {DownloadOptions} */
  const wanted = { onChanged: "restart", ...rest };
  // What is under way keeps what it was begun with, where nothing else is given.
  const asked = { headers, credentials, referrerPolicy };
  for (const name of /** @type {(keyof typeof asked)[]} */ (Object.keys(asked))) {
    if (isRequest(input) || init?.[name] !== undefined) Object.assign(wanted, { [name]: asked[name] });
  }
  // What is refused must not have cost the stored copy.
  const { id } = readOptions(url, wanted);
  if (cache === "reload" || cache === "no-cache") await unlessAborted(forget(rangeload, id), signal);
  const isOwn = !rangeload.isKnown(id);
  const { joined, leave } = join(responses(id));
  /** @type {Download | undefined} */
  let download;
  try {
    // Started before, it could be paused by a tab that knows of no other reader.
    await unlessAborted(joined, signal);
    download = rangeload.download(url, wanted);
    await unlessAborted(answer(download), signal);
    signal.throwIfAborted();
  } catch (error) {
    leave(async () => download?.pause());
    if (!download) throw error;
    return refusal(download, isOwn, error);
  }
  return dress(download, url, signal, keep, leave);
}

/**
 * One of another frame is of another class.
 *
 * @param {RequestInfo | URL} input
 * @returns {input is Request}
 */
function isRequest(input) {
  return /** @type {Partial<Request> | null} */ (input)?.method !== undefined;
}

/**
 * @param {RequestInfo | URL} input
 * @param {RequestInit} [init]
 */
function isGet(input, init) {
  const method = init?.method ?? (isRequest(input) ? input.method : "GET");
  return String(method).toUpperCase() === "GET";
}

/**
 * @param {RequestInfo | URL} input
 * @param {RequestInit} [init]
 */
function readRequest(input, init) {
  try {
    return new Request(input, init);
  } catch (cause) {
    throw invalid("input", `is not a request: ${/** @type {Error} */ (cause).message}`, cause);
  }
}

/**
 * Whether ranges of the file, stored and joined, are what the caller asked for.
 *
 * @param {Request} request
 */
export function canBeResumed({ url, headers, cache, integrity, mode, redirect, referrer }) {
  return (
    /^https?:/.test(url) &&
    mode === "cors" &&
    redirect === "follow" &&
    referrer === "about:client" &&
    integrity === "" &&
    cache !== "no-store" &&
    cache !== "only-if-cached" &&
    !RESERVED_HEADERS.some((name) => headers.has(name))
  );
}

/**
 * @param {RequestInfo | URL} input
 * @param {RequestInit} [init]
 */
async function fetchPlainly(input, init) {
  try {
    return await fetch(input, init);
  } catch (cause) {
    const signal = init?.signal ?? (isRequest(input) ? input.signal : undefined);
    signal?.throwIfAborted();
    const { message } = /** @type {Error} */ (cause);
    throw new DownloadError("network", `the request failed: ${message}`, { retryable: true, cause });
  }
}

/**
 * A finished copy is not looked at again; of an unfinished one the engine asks the server anyway
 * whether it is still the same. Nor is a copy forgotten that another response is being read from:
 * the new one gives the same bytes, rather than to break a body under way.
 *
 * @param {Package} rangeload
 * @param {string} id
 */
async function forget({ downloads }, id) {
  const stored = (await downloads()).find((known) => known.id === id && known.state === "complete");
  if (!stored) return;
  await ifAlone(bodies(id), () => stored.remove());
  // Another tab may be at it: what is begun before it has finished would be removed too.
  const turn = join(bodies(id));
  await turn.joined;
  turn.leave();
}

/** @param {string} url */
function withoutFragment(url) {
  const { href } = Object.assign(new URL(url), { hash: "" });
  return href;
}

/**
 * Resolves when the server has answered, or the file is there.
 *
 * @param {Download} download
 * @returns {Promise<void>}
 */
function answer(download) {
  return new Promise((resolve, reject) => {
    const look = () => {
      const { state } = download;
      if (ANSWERED.includes(state)) resolve();
      else if (state === "failed" || state === "removed") reject(download.error);
      else return;
      download.removeEventListener("statechange", look);
    };
    download.addEventListener("statechange", look);
    look();
  });
}

/**
 * A status is an answer: `fetch` rejects only where there is none. But one that promises a body must
 * not come with other words in its place, and not every status is one that a `Response` can have.
 *
 * @param {Download} download
 * @param {boolean} isOwn Nobody else on this page has asked for it.
 * @param {unknown} error
 */
function refusal(download, isOwn, error) {
  if (!(error instanceof DownloadError) || error.code !== "http") throw error;
  const { status, metalink } = /** @type {{ status: number, metalink?: string }} */ (error.detail);
  // The server of the file has not been asked.
  if (metalink) throw error;
  const empty = NULL_BODY.includes(status);
  if (!empty && (status < 300 || status > 599)) throw error;
  // Nothing of it is stored, so there is nothing to keep.
  if (isOwn && download.progress.received === 0) download.remove().catch(() => {});
  const response = new Response(empty ? null : error.message, {
    status,
    headers: { "content-type": "text/plain;charset=UTF-8" },
  });
  return addressed(response, download.url);
}

/**
 * @param {Download} download
 * @param {string} url
 * @param {AbortSignal} signal
 * @param {boolean} keep
 * @param {(last: Last) => Promise<void>} leave
 */
function dress(download, url, signal, keep, leave) {
  const reader = download.stream().getReader();
  /** @type {Failure} */
  const failure = {};
  /** Someone else has taken the file as a whole. */
  let taken = false;
  let ended = false;
  /** @type {ReturnType<typeof join> | undefined} */
  let reading;
  /** @type {StreamController} */
  let controller;
  const abort = () => {
    failure.error = signal.reason;
    controller.error(signal.reason);
    end();
  };
  const pause = () => download.pause();
  /** What is not there cannot be read, and who has dropped a response never tries. */
  const look = () => {
    if (download.state !== "removed") return;
    reading?.leave();
    leave(pause);
  };
  download.addEventListener("statechange", look);
  /** When the last one leaves early, the download pauses. */
  const end = async (/** @type {Last} */ last = pause) => {
    if (ended) return;
    ended = true;
    signal.removeEventListener("abort", abort);
    download.removeEventListener("statechange", look);
    reader.cancel().catch(() => {});
    reading?.leave();
    if (!taken) await leave(last);
  };
  const body = stream({
    start(own) {
      controller = own;
      signal.addEventListener("abort", abort);
    },
    async read() {
      reading ??= join(bodies(download.id));
      try {
        const { value } = await reader.read();
        // Of several the last one removes the copy; where that fails, the body is whole all the same.
        if (!value && !keep) await end(() => download.remove().catch(() => {}));
        return value ?? null;
      } catch (error) {
        failure.error = error;
        throw error;
      }
    },
    leave: () => void end(),
  });
  const response = addressed(new Response(body, { headers: headersOf(download) }), url, failure);
  if (!keep) return response;
  const { blob: copy } = response;
  // The file is on disk: to read it into another Blob would copy it.
  const blob = async () => {
    if (response.bodyUsed || body.locked) return copy();
    taken = true;
    await body.cancel();
    return unlessAborted(download.finished, signal).finally(() => void leave(pause));
  };
  return Object.defineProperty(response, "blob", { value: blob });
}

/** @param {Download} download */
function headersOf({ type, size, etag, lastModified, resumable }) {
  const headers = new Headers({ "content-type": type });
  if (resumable) headers.set("accept-ranges", "bytes");
  if (size !== null) headers.set("content-length", String(size));
  if (etag !== null) headers.set("etag", etag);
  if (lastModified !== null) headers.set("last-modified", lastModified);
  return headers;
}

/**
 * A response that is made, not fetched, has no address of its own, and some browsers do not say
 * why its body failed; nor do its clones.
 *
 * @param {Response} response
 * @param {string} url
 * @param {Failure} [failure]
 * @returns {Response}
 */
function addressed(response, url, failure = {}) {
  const { prototype } = Response;
  const clone = () => addressed(prototype.clone.call(response), url, failure);
  Object.defineProperties(response, { url: { value: withoutFragment(url) }, clone: { value: clone } });
  for (const name of CONSUMERS) {
    const consume = prototype[name];
    if (!consume) continue;
    const value = () =>
      consume.call(response).catch((error) => {
        throw failure.error ?? error;
      });
    Object.defineProperty(response, name, { value, configurable: true });
  }
  return response;
}
