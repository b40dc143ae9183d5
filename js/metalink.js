/**
 * Reads a Metalink (RFC 5854): other addresses of a file, and its digest.
 *
 * Hashes of pieces are not used: a file whose digest does not match is reported, not mended.
 *
 * @module
 */
import { DownloadError } from "./error.js";

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
 * @property {string} [digest] In the form of Subresource Integrity.
 */

/**
 * @param {string} address Of the Metalink.
 * @param {string} url Of the file that it is asked about.
 * @returns {Promise<Metalink>}
 */
export async function fetchMetalink(address, url) {
  const answer = await fetch(address, { cache: "no-cache" }).catch((cause) => {
    throw new DownloadError("network", `The Metalink ${address} cannot be read`, { retryable: true, cause });
  });
  const { status } = answer;
  if (!answer.ok) throw new DownloadError("http", `The Metalink was answered with status ${status}`, { detail: { status } });
  const text = await answer.text().catch((cause) => {
    throw new DownloadError("network", `The Metalink ${address} was cut off`, { retryable: true, cause });
  });
  return parseMetalink(text, url, address);
}

/**
 * @param {string} text
 * @param {string} url
 * @param {string} base What its addresses are relative to.
 * @returns {Metalink}
 */
export function parseMetalink(text, url, base) {
  const xml = new DOMParser().parseFromString(text, "application/xml");
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
  const digest = digestOf(file);
  return { mirrors: mirrors.slice(0, MOST_MIRRORS), ...(digest && { digest }) };
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

/** @param {Element} file */
function digestOf(file) {
  const hashes = [...file.children].filter(({ localName }) => localName === "hash");
  for (const { type, algorithm, digits } of ALGORITHMS) {
    const hash = hashes.find((candidate) => candidate.getAttribute("type") === type);
    const hex = hash?.textContent?.trim() ?? "";
    if (!hash) continue;
    // A promise that is not understood must not pass for one that is kept.
    if (hex.length !== digits || !/^[0-9a-f]+$/i.test(hex)) {
      throw new DownloadError("mismatch", `The Metalink has a hash ${type} that is none`);
    }
    const bytes = hex.match(/../g)?.map((byte) => parseInt(byte, 16)) ?? [];
    return `${algorithm}-${btoa(String.fromCharCode(...bytes))}`;
  }
  return undefined;
}
