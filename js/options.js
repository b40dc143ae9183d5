/**
 * Decides whether a URL and options are usable, before anything is begun or stored.
 *
 * An option that is not understood is refused, never ignored: a misspelt `digest` must not pass
 * for a checked file.
 *
 * @module
 */
import { invalid } from "./error.js";

/** @import { EngineOptions } from "./messages.js" */

/**
 * @typedef {object} DownloadOptions
 * @property {string} [id] Identity across reloads. Default: the URL without its fragment.
 * @property {string} [filename] Default: what the server says, else the URL's last segment.
 * @property {number | "auto"} [connections] 1 to 32. Default: `"auto"`.
 * @property {HeadersInit} [headers] Sent with each request. Not stored: give them again to resume
 *   after a reload.
 * @property {RequestCredentials} [credentials] As in `fetch`.
 * @property {ReferrerPolicy} [referrerPolicy] As in `fetch`.
 * @property {"fail" | "restart"} [onChanged] What to do when the remote file is another one than
 *   the one begun with. Default: `"fail"`.
 * @property {"auto" | "indexeddb"} [storage] Default: `"auto"`.
 * @property {boolean} [autostart] Default: true.
 * @property {AbortSignal} [signal] Aborting pauses: received bytes are kept.
 */

/**
 * As the download would be asked for.
 *
 * @typedef {object} DiagnoseOptions
 * @property {HeadersInit} [headers] Sent with each request.
 * @property {RequestCredentials} [credentials] As in `fetch`.
 * @property {ReferrerPolicy} [referrerPolicy] As in `fetch`.
 * @property {AbortSignal} [signal] Aborting rejects with the signal's reason.
 */

/**
 * Bytes.
 *
 * @typedef {object} SaveProgress
 * @property {number} written
 * @property {number} total
 */

/**
 * @typedef {object} SaveOptions
 * @property {string} [filename] Default: the download's own. Paths, control characters and
 *   reserved names are stripped.
 * @property {boolean} [picker] Whether to ask where to save, in browsers that have such a dialog
 *   and while a click of the user allows it. Default: true.
 * @property {(progress: SaveProgress) => void} [onProgress] While the file is written to where the
 *   user wants it, at most ten times a second; never where the browser's own download does it.
 * @property {AbortSignal} [signal] Aborting rejects with the signal's reason; a file that was being
 *   written is left as it was, and the download goes on.
 */

/**
 * How `resumableFetch` downloads. The id, if none is given, is the URL without its fragment, so
 * that `download()` and `downloads()` meet the same file.
 *
 * @typedef {Omit<DownloadOptions, "headers" | "credentials" | "referrerPolicy" | "autostart" | "signal"> &
 *   { keep?: boolean }} FetchOptions
 */

/**
 * What `fetch` takes, and how to download.
 *
 * @typedef {RequestInit & { download?: FetchOptions }} ResumableFetchInit
 */

/**
 * What a call asked for, once it is known to be usable.
 *
 * @typedef {object} Wanted
 * @property {string} id
 * @property {string} url
 * @property {boolean} start
 * @property {AbortSignal | undefined} signal
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

/** Part of the contract, for a later version. */
const PLANNED = ["mirrors", "metalink", "digest", "refreshUrl"];

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
  autostart: (value) => flag("autostart", value),
};

/**
 * @param {unknown} url
 * @param {unknown} [options]
 * @returns {Wanted}
 */
export function readOptions(url, options = {}) {
  const address = readUrl(url);
  const { id = address, autostart = true, signal, ...rest } = readEach(READERS, options);
  return { id, url: address, start: autostart && !signal?.aborted, signal, options: rest };
}

/**
 * An option that is undefined is not given, and one that is left to the engine is not sent to it.
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
      .map(([name, value]) => [name, readerOf(readers, name)(value)])
      .filter(([, value]) => value !== undefined),
  );
}

/**
 * @param {Readers} readers
 * @param {string} name
 */
function readerOf(readers, name) {
  const reader = Object.hasOwn(readers, name) && readers[name];
  if (reader) return reader;
  throw invalid(name, PLANNED.includes(name) ? "is not supported in this version yet" : "is unknown");
}

/** @param {unknown} value */
export function readUrl(value) {
  if (typeof value !== "string" && !(value instanceof URL)) {
    throw invalid("url", "must be a string or a URL");
  }
  if (String(value).trim() === "") throw invalid("url", "must not be empty");
  const url = resolve(value, "url");
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw invalid("url", `must begin with http: or https:, not ${url.protocol}`);
  }
  if (url.username || url.password) {
    throw invalid("url", "must not contain a user name or password; use the option headers");
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
  if (value === "auto") return undefined;
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
function readStorage(value) {
  if (value === "opfs" || value === "memory") {
    throw invalid("storage", `does not support "${value}" in this version yet`);
  }
  const storage = oneOf("storage", value, /** @type {const} */ (["auto", "indexeddb"]));
  return storage === "auto" ? undefined : storage;
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
 * @param {string} name
 * @param {unknown} value
 */
export function text(name, value) {
  if (typeof value === "string" && value !== "") return value;
  throw invalid(name, "must be a string that is not empty");
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
