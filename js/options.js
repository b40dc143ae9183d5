/**
 * Decides whether a URL and options are usable, before anything is begun or stored.
 *
 * An option that is not understood is refused, never ignored: a misspelt `digest` must not pass
 * for a checked file.
 *
 * @module
 */
import { readDigest } from "./digest.js";
import { invalid } from "./error.js";

/** @import { EngineOptions } from "./messages.js" */

/**
 * The options of `download()`. One that is not in these tables is refused, never ignored.
 *
 * While the page lives, options you omit keep their last value. After a reload the options of the
 * first `download()` replace those that are stored, so give all of them again; a download that
 * `downloads()` finds and `resume()` continues has only what is stored:
 *
 * | option | stored | for mirrors | attribute of `<rangeload-link>` |
 * |---|---|---|---|
 * | `id`, `filename`, `digest`, `storage` | yes | – | yes; that of `id` is `download-id` |
 * | `connections` | yes | a total that they share | yes |
 * | `credentials`, `referrerPolicy` | yes | used too | yes |
 * | `mirrors`, `onChanged` | yes | – | yes; that of `onChanged` is `on-changed` |
 * | `headers` | no | sent too | no |
 * | `metalink` | its mirrors and its digest; not its size and its pieces | – | no |
 * | `refreshUrl` | no | never asked | no |
 * | `autostart`, `signal` | no | – | no |
 *
 * @typedef {object} DownloadOptions
 * @property {string} [id] Identity across reloads. Default: the URL without its fragment.
 * @property {string} [filename] Default: what the server says, else the URL's last segment.
 * @property {number | "auto"} [connections] The most requests at once, 1 to 32, mirrors
 *   included. Default: `"auto"`, as many as pay, but at most 6 to an origin and 12 in all.
 * @property {HeadersInit} [headers] Sent with each request for the file, to mirrors too, also to
 *   those that a Metalink names: a secret in them reaches all of these. Not sent for the Metalink.
 *   Not stored: give them again to resume after a reload.
 * @property {RequestCredentials} [credentials] As in `fetch`, for mirrors too. A Metalink is
 *   fetched with `"same-origin"`.
 * @property {ReferrerPolicy} [referrerPolicy] As in `fetch`, for mirrors too. Default: that of
 *   the response with the worker's script; the page's own does not reach the worker.
 * @property {(string | URL)[]} [mirrors] Other addresses of the same bytes, used at the same time.
 *   One whose bytes are found to be others, or, without a digest, whose date differs, is not used.
 * @property {string | URL} [metalink] The address of a Metalink (RFC 5854) with more mirrors, the
 *   size, a digest, and digests of pieces: pieces that are wrong are fetched anew, from each source
 *   in turn. In a page only: a worker has no parser for it.
 * @property {string} [digest] What the whole file must hash to: `sha256-…` or `sha512-…` as in
 *   integrity attributes, `sha256:…` or `sha512:…` with hexadecimal digits, or a field of RFC 9530.
 *   Default: what the server promises, if anything.
 * @property {RefreshUrl} [refreshUrl] Asked for another URL of the same file when this one is
 *   answered with 400, 401, 403 or 410, or with a response that CORS hides from the page; at most
 *   three times in a row, and never for a mirror. Give an `id` too: the URL is not the same after a
 *   reload.
 * @property {"fail" | "restart"} [onChanged] What to do when the remote file has changed since the
 *   download began. Default: `"fail"`.
 * @property {"auto" | "opfs" | "indexeddb" | "memory"} [storage] Where a new download keeps its
 *   bytes; one that has begun stays where it is. Default: `"auto"`, the first of these that works.
 * @property {boolean} [autostart] Default: true.
 * @property {AbortSignal} [signal] Aborting pauses: received bytes are kept, and `finished` stays pending.
 */

/**
 * Why another URL is asked for.
 *
 * @typedef {object} RefreshReason
 * @property {number} status What the URL was answered with: 400, 401, 403 or 410; 0 where CORS
 *   hides the answer.
 * @property {string} url The one that no longer works.
 */

/**
 * Gives another URL of the same file. If it throws or rejects, the URL is given up: after a status
 * with the code `http`; after a hidden answer with `blocked`, or with another try if the URL has
 * worked before. Where there are mirrors the download goes on with them; what still arrives from the
 * URL by then arrives to its end.
 *
 * @callback RefreshUrl
 * @param {RefreshReason} reason
 * @returns {string | URL | Promise<string | URL>}
 */

/**
 * How the download would request the file.
 *
 * @typedef {object} DiagnoseOptions
 * @property {HeadersInit} [headers] Sent with each request.
 * @property {RequestCredentials} [credentials] As in `fetch`.
 * @property {ReferrerPolicy} [referrerPolicy] As in `fetch`.
 * @property {AbortSignal} [signal] Aborting rejects with the signal's reason.
 */

/**
 * How far a file has been written.
 *
 * @typedef {object} SaveProgress
 * @property {number} written In bytes.
 * @property {number} total In bytes.
 */

/**
 * The options of `save()`.
 *
 * @typedef {object} SaveOptions
 * @property {string} [filename] Default: the download's own. Sanitised like that.
 * @property {boolean} [picker] Whether to ask where to save, in browsers that have such a dialog
 *   and while a click of the user allows it. Default: true.
 * @property {(progress: SaveProgress) => void} [onProgress] While the file is written to where the
 *   user wants it, at most ten times a second; never where the browser's own download does it.
 * @property {AbortSignal} [signal] Aborting rejects with the signal's reason; the download goes on.
 */

/**
 * @typedef {object} Keeping
 * @property {boolean} [keep] Whether the stored copy stays when the body has been read. Default:
 *   true.
 */

/**
 * How `resumableFetch` downloads: the options of `download()` that have no `fetch` equivalent. Without
 * an id it is the same download as that of `download()` for the URL. `onChanged` is `"restart"`
 * unless it is given.
 *
 * @typedef {Omit<DownloadOptions, "headers" | "credentials" | "referrerPolicy" | "autostart" | "signal"> &
 *   Keeping} FetchOptions
 */

/**
 * @typedef {object} Downloading
 * @property {FetchOptions} [download] How to download.
 */

/**
 * What `fetch` takes, and how to download.
 *
 * @typedef {RequestInit & Downloading} ResumableFetchInit
 */

/**
 * What a call asked for, once it is known to be usable.
 *
 * @typedef {object} Wanted
 * @property {string} id
 * @property {string} url
 * @property {boolean} start
 * @property {AbortSignal | undefined} signal
 * @property {string | undefined} metalink
 * @property {RefreshUrl | undefined} refreshUrl
 * @property {EngineOptions} options
 */

const MAX_CONNECTIONS = 32;

/**
 * Headers that decide which bytes come and in which form: with these set by anyone but the
 * engine, bytes could be joined that do not belong together.
 */
export const RESERVED_HEADERS = [
  "accept-encoding",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "if-unmodified-since",
  "range",
];

const CREDENTIALS = /** @type {const} */ (["omit", "same-origin", "include"]);

const REFERRER_POLICIES = /** @type {const} */ ([
  "",
  "no-referrer",
  "no-referrer-when-downgrade",
  "origin",
  "origin-when-cross-origin",
  "same-origin",
  "strict-origin",
  "strict-origin-when-cross-origin",
  "unsafe-url",
]);

/** More addresses than this are of no use to one page. */
const MOST_MIRRORS = 16;

/** @typedef {Record<string, (value: any) => unknown>} Readers */

/**
 * What concerns a single request.
 *
 * @type {Readers}
 */
export const REQUEST_READERS = {
  headers: readHeaders,
  credentials: (value) => oneOf("credentials", value, CREDENTIALS),
  referrerPolicy: (value) => oneOf("referrerPolicy", value, REFERRER_POLICIES),
  signal: readSignal,
};

/** @type {Readers} */
const READERS = {
  ...REQUEST_READERS,
  id: (value) => text("id", value),
  filename: (value) => text("filename", value),
  connections: readConnections,
  onChanged: (value) => oneOf("onChanged", value, /** @type {const} */ (["fail", "restart"])),
  storage: readStorage,
  mirrors: readMirrors,
  metalink: readMetalink,
  digest: readDigest,
  refreshUrl: readRefreshUrl,
  autostart: (value) => flag("autostart", value),
};

/**
 * @param {unknown} url
 * @param {unknown} [options]
 * @returns {Wanted}
 */
export function readOptions(url, options = {}) {
  const address = readUrl(url);
  // Without what a page may have added to all objects.
  const read = Object.assign(Object.create(null), readEach(READERS, options));
  const { id = address, autostart = true, signal, metalink, refreshUrl, ...rest } = read;
  const start = autostart && !signal?.aborted;
  const engine = refreshUrl ? { ...rest, refreshes: true } : rest;
  return { id, url: address, start, signal, metalink, refreshUrl, options: engine };
}

/**
 * An option that is undefined is not given.
 *
 * @param {Readers} readers
 * @param {unknown} options
 * @returns {Record<string, any>}
 */
export function readEach(readers, options) {
  if (typeof options !== "object" || options === null) {
    throw invalid("options", "must be an object");
  }
  return Object.fromEntries(
    Object.entries(options)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, readerOf(readers, name)(value)]),
  );
}

/**
 * @param {Readers} readers
 * @param {string} name
 */
function readerOf(readers, name) {
  const reader = Object.hasOwn(readers, name) && readers[name];
  if (reader) return reader;
  throw invalid(name, "is unknown");
}

/**
 * @param {unknown} value
 * @param {string} [option] Where it was given.
 */
export function readUrl(value, option = "url") {
  if (typeof value !== "string" && !(value instanceof URL)) {
    throw invalid(option, "must be a string or a URL");
  }
  if (String(value).trim() === "") throw invalid(option, "must not be empty");
  const url = resolve(value, option);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw invalid(option, `must begin with http: or https:, not ${url.protocol}`);
  }
  if (url.username || url.password) {
    throw invalid(option, "must not contain a user name or password; use the option headers");
  }
  url.hash = "";
  return url.href;
}

/**
 * @param {string | URL} value
 * @param {string} option Where it was given.
 */
export function resolve(value, option) {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  try {
    return new URL(value, base);
  } catch (cause) {
    throw invalid(option, `is not a URL: ${value}`, cause);
  }
}

/** @param {unknown} value */
function readConnections(value) {
  if (value === "auto") return value;
  if (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_CONNECTIONS) return value;
  throw invalid("connections", `must be "auto" or a whole number from 1 to ${MAX_CONNECTIONS}`);
}

/** @param {HeadersInit} value */
function readHeaders(value) {
  const headers = parseHeaders(value);
  const reserved = RESERVED_HEADERS.find((name) => headers.has(name));
  if (reserved) throw invalid("headers", `must not contain ${reserved}: the engine sets it`);
  return [...headers];
}

/** @param {HeadersInit} value */
function parseHeaders(value) {
  try {
    return new Headers(value);
  } catch (cause) {
    throw invalid("headers", "are not usable as headers", cause);
  }
}

/** @param {unknown} value */
function readMirrors(value) {
  if (!Array.isArray(value)) throw invalid("mirrors", "must be an array of strings or URLs");
  if (value.length > MOST_MIRRORS) throw invalid("mirrors", `must not be more than ${MOST_MIRRORS}`);
  return [...new Set(value.map((mirror) => readUrl(mirror, "mirrors")))];
}

/** @param {unknown} value */
function readMetalink(value) {
  if (!("DOMParser" in globalThis)) throw invalid("metalink", "needs a page: a worker cannot parse it");
  return readUrl(value, "metalink");
}

/** @param {unknown} value */
function readRefreshUrl(value) {
  if (typeof value === "function") return value;
  throw invalid("refreshUrl", "must be a function");
}

/** @param {unknown} value */
function readStorage(value) {
  return oneOf("storage", value, /** @type {const} */ (["auto", "opfs", "indexeddb", "memory"]));
}

/** @param {unknown} value */
export function readSignal(value) {
  if (value instanceof AbortSignal) return value;
  throw invalid("signal", "must be an AbortSignal");
}

/**
 * @param {string} name
 * @param {unknown} value
 */
export function flag(name, value) {
  if (typeof value === "boolean") return value;
  throw invalid(name, "must be true or false");
}

/**
 * Half a character cannot be encoded: the engine would know what is so named by another name.
 *
 * @param {string} name
 * @param {unknown} value
 */
export function text(name, value) {
  if (typeof value === "string" && /^\P{Cs}+$/u.test(value)) return value;
  throw invalid(name, "must be Unicode, not empty");
}

/**
 * @template {string} T
 * @param {string} name
 * @param {unknown} value
 * @param {readonly T[]} choices
 */
function oneOf(name, value, choices) {
  const choice = choices.find((candidate) => candidate === value);
  if (choice !== undefined) return choice;
  throw invalid(name, `must be one of ${choices.map((candidate) => `"${candidate}"`).join(", ")}`);
}
