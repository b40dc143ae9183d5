/**
 * Reads a Metalink (RFC 5854): other addresses of a file, its size, its digest, and those of its
 * pieces.
 *
 * @module
 */
import { DownloadError } from "./error.js";

/** @import { Entry } from "./session.js" */

const NAMESPACE = "urn:ietf:params:xml:ns:metalink";

/** In the order of their strength; a hash is written in so many hexadecimal digits. */
const ALGORITHMS = [
  { type: "sha-512", algorithm: "sha512", digits: 128 },
  { type: "sha-256", algorithm: "sha256", digits: 64 },
];

/** More addresses than this are of no use to one page. */
const MOST_MIRRORS = 16;

/**
 * @typedef {object} Metalink
 * @property {string[]} mirrors The most preferred first.
 * @property {number} [size]
 * @property {string} [digest] As the option of that name has it.
 * @property {string} [pieces] The size, the length of a piece, and the digest of each in order,
 *   separated by spaces.
 */

/**
 * What stands for the Metalinks that are being read.
 *
 * @type {WeakSet<Entry["known"]>}
 */
const underWay = new WeakSet();

/**
 * @param {Entry} entry
 * @returns {Promise<boolean>} Whether it may start: meanwhile it may have been paused, removed or
 *   given another Metalink, and then a failure is of no concern either.
 */
export async function readFor(entry) {
  const { known, metalink = "", url } = entry;
  if (underWay.has(known)) return false;
  underWay.add(known);
  const isWanted = () => entry.starting && entry.known === known;
  try {
    const metalinked = await fetchMetalink(metalink, url);
    if (!isWanted()) return false;
    entry.known = metalinked;
    entry.starting = false;
    return true;
  } catch (error) {
    if (isWanted()) throw error;
    return false;
  } finally {
    underWay.delete(known);
  }
}

/**
 * @param {string} address Of the Metalink.
 * @param {string} url Of the file that it is asked about.
 * @returns {Promise<Metalink>}
 */
export async function fetchMetalink(address, url) {
  const [{ ok, status }, text] = await read(address).catch((cause) => {
    throw new DownloadError("network", `The Metalink ${address} cannot be read`, { retryable: true, cause });
  });
  if (!ok) {
    const detail = { status, metalink: address };
    throw new DownloadError("http", `The Metalink was answered with status ${status}`, { detail });
  }
  return parseMetalink(text, url, address);
}

/** How long one may take to arrive, in milliseconds: the download waits for it. */
const PATIENCE = 30_000;

/**
 * @param {string} address
 * @returns {Promise<[Response, string]>}
 */
async function read(address) {
  const answer = await fetch(address, { cache: "no-cache", signal: AbortSignal.timeout(PATIENCE) });
  return [answer, await answer.text()];
}

/**
 * @param {string} text
 * @param {string} url
 * @param {string} base What its addresses are relative to.
 * @returns {Metalink}
 */
export function parseMetalink(text, url, base) {
  const xml = parse(text);
  const files = [...xml.getElementsByTagNameNS(NAMESPACE, "file")];
  const name = decoded(new URL(url).pathname.split("/").at(-1) ?? "");
  const file =
    files.find((candidate) => addresses(candidate, base).includes(url)) ??
    files.find((candidate) => candidate.getAttribute("name") === name) ??
    (files.length === 1 ? files[0] : undefined);
  if (!file) {
    const message = files.length ? `The Metalink knows no file ${name}` : "The Metalink is not one of RFC 5854";
    throw new DownloadError("mismatch", message, { detail: { metalink: base } });
  }
  const mirrors = addresses(file, base).filter((address) => address !== url);
  const size = sizeOf(file);
  const digest = digestOf(file);
  const pieces = size && piecesOf(file, size);
  return {
    mirrors: mirrors.slice(0, MOST_MIRRORS),
    ...(size !== undefined && { size }),
    ...(digest && { digest }),
    ...(pieces && { pieces }),
  };
}

/** @type {{ createHTML: (text: string) => string } | undefined} */
let policy;

/**
 * Where a page requires trusted types, a parser takes no plain text, though nothing in a document of
 * its own ever runs.
 *
 * @param {string} text
 */
function parse(text) {
  try {
    policy ??= /** @type {any} */ (globalThis).trustedTypes?.createPolicy("rangeload", { createHTML: String });
  } catch {
    // Not one of those that the page allows, which need not be required either.
  }
  try {
    return new DOMParser().parseFromString(policy?.createHTML(text) ?? text, "application/xml");
  } catch (cause) {
    const message = "The page's Content-Security-Policy must allow rangeload in trusted-types";
    throw new DownloadError("blocked", message, { cause });
  }
}

/**
 * A percent sign may also be one.
 *
 * @param {string} segment
 */
function decoded(segment) {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/**
 * @param {Element} file
 * @param {string} base
 */
function addresses(file, base) {
  return [...file.getElementsByTagNameNS(NAMESPACE, "url")]
    .map((url) => ({
      href: hrefOf(url.textContent ?? "", base),
      // 1 is the most preferred, and none the least (RFC 5854 §4.2.16.1).
      priority: Number(url.getAttribute("priority") ?? 999999),
    }))
    .filter(({ href }) => /^https?:/.test(href))
    .sort((a, b) => a.priority - b.priority)
    .map(({ href }) => href);
}

/**
 * @param {string} text
 * @param {string} base
 */
function hrefOf(text, base) {
  try {
    return new URL(text.trim(), base).href;
  } catch {
    return "";
  }
}

/**
 * @param {Element} element
 * @param {string} name
 */
function children(element, name) {
  return [...element.children].filter(({ localName }) => localName === name);
}

/** @param {Element} file */
function sizeOf(file) {
  const [element] = children(file, "size");
  if (!element) return undefined;
  const size = wholeNumber(element.textContent);
  if (size === undefined) throw broken("a size");
  return size;
}

/**
 * Of the elements of that name, the one of the strongest algorithm that is known here.
 *
 * @param {Element} file
 * @param {string} name
 */
function strongest(file, name) {
  const all = children(file, name);
  for (const kind of ALGORITHMS) {
    const element = all.find((candidate) => candidate.getAttribute("type") === kind.type);
    if (element) return { element, kind };
  }
  return undefined;
}

/** @param {Element} file */
function digestOf(file) {
  const hash = strongest(file, "hash");
  return hash && digestIn(hash.element, hash.kind);
}

/**
 * @param {Element} file
 * @param {number} size
 */
function piecesOf(file, size) {
  const list = strongest(file, "pieces");
  if (!list) return undefined;
  const length = wholeNumber(list.element.getAttribute("length"));
  const hashes = children(list.element, "hash");
  if (!length || hashes.length !== Math.ceil(size / length)) throw broken("pieces");
  return [size, length, ...hashes.map((hash) => digestIn(hash, list.kind))].join(" ");
}

/** @param {string | null} text */
function wholeNumber(text) {
  const number = /^\d+$/.test(text?.trim() ?? "") ? Number(text) : NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}

/**
 * @param {Element} hash
 * @param {{ algorithm: string, digits: number }} kind
 */
function digestIn(hash, { algorithm, digits }) {
  const hex = hash.textContent?.trim() ?? "";
  if (hex.length !== digits || !/^[0-9a-f]+$/i.test(hex)) throw broken("a hash");
  return `${algorithm}:${hex}`;
}

/**
 * A promise that is not understood must not pass for one that is kept.
 *
 * @param {string} what
 */
function broken(what) {
  return new DownloadError("mismatch", `The Metalink does not say rightly what it promises: ${what}`);
}
