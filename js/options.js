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
 * @property {"auto" | "opfs" | "indexeddb" | "memory"} [storage] Where a new download keeps its
 *   bytes; one that has begun stays where it is. Default: `"auto"`, the first of these that works.
 * @property {boolean} [autostart] Default: true.
 * @property {AbortSignal} [signal] Aborting pauses: received bytes are kept.
 */

/**
 * @typedef {object} SaveOptions
 * @property {string} [filename] Default: the download's own.
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
const RESERVED_HEADERS = [
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

/** @type {Record<string, (value: any) => unknown>} */
const READERS = {
  id: (value) => text("id", value),
  filename: (value) => text("filename", value),
  connections: readConnections,
  headers: readHeaders,
  credentials: (value) => oneOf("credentials", value, CREDENTIALS),
  referrerPolicy: (value) => oneOf("referrerPolicy", value, REFERRER_POLICIES),
  onChanged: (value) => oneOf("onChanged", value, /** @type {const} */ (["fail", "restart"])),
  storage: readStorage,
  autostart: readAutostart,
  signal: readSignal,
};

/**
 * @param {unknown} url
 * @param {unknown} [options]
 * @returns {Wanted}
 */
export function readOptions(url, options = {}) {
  if (typeof options !== "object" || options === null) {
    throw invalid("options", "must be an object");
  }
  const address = readUrl(url);
  const read = Object.fromEntries(
    Object.entries(options)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, readerOf(name)(value)])
      .filter(([, value]) => value !== undefined),
  );
  const { id = address, autostart = true, signal, ...rest } = read;
  return { id, url: address, start: autostart && !signal?.aborted, signal, options: rest };
}

/**
 * @param {SaveOptions} options
 * @returns {string | undefined} The file name asked for.
 */
export function readSaveOptions(options) {
  if (typeof options !== "object" || options === null) throw invalid("options", "must be an object");
  const { filename, ...rest } = options;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw invalid(unknown, "is unknown");
  return filename === undefined ? undefined : text("filename", filename);
}

/** @param {string} name */
function readerOf(name) {
  const reader = Object.hasOwn(READERS, name) && READERS[name];
  if (reader) return reader;
  throw invalid(name, PLANNED.includes(name) ? "is not supported in this version yet" : "is unknown");
}

/** @param {unknown} value */
function readUrl(value) {
  if (typeof value !== "string" && !(value instanceof URL)) {
    throw invalid("url", "must be a string or a URL");
  }
  if (String(value).trim() === "") throw invalid("url", "must not be empty");
  const url = resolve(value);
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw invalid("url", `must begin with http: or https:, not ${url.protocol}`);
  }
  if (url.username || url.password) {
    throw invalid("url", "must not contain a user name or password; use the option headers");
  }
  url.hash = "";
  return url.href;
}

/** @param {string | URL} value */
function resolve(value) {
  const base = globalThis.document?.baseURI ?? globalThis.location?.href;
  try {
    return new URL(value, base);
  } catch (cause) {
    throw invalid("url", `is not a URL: ${value}`, cause);
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
  const storage = oneOf("storage", value, /** @type {const} */ (["auto", "opfs", "indexeddb", "memory"]));
  return storage === "auto" ? undefined : storage;
}

/** @param {unknown} value */
function readAutostart(value) {
  if (typeof value === "boolean") return value;
  throw invalid("autostart", "must be true or false");
}

/** @param {unknown} value */
function readSignal(value) {
  if (value instanceof AbortSignal) return value;
  throw invalid("signal", "must be an AbortSignal");
}

/**
 * @param {string} name
 * @param {unknown} value
 */
function text(name, value) {
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
