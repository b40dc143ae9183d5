/**
 * Decides whether a text promises a digest that the engine can check.
 *
 * @module
 */
import { invalid } from "./error.js";

/** Subresource Integrity §3.5: base64 of 32 or 64 bytes, with options that are ignored. */
const INTEGRITY = /^sha(256-[A-Za-z0-9+/]{43}=|512-[A-Za-z0-9+/]{86}==)(\?\S*)?$/i;

/** A member of a field of RFC 9530 §2. */
const MEMBER = /^sha-(256=:[A-Za-z0-9+/]{43}=|512=:[A-Za-z0-9+/]{86}==):$/;

/** As many lists of published files have it. */
const HEXADECIMAL = /^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$/i;

/** @param {unknown} value */
export function readDigest(value) {
  const text = typeof value === "string" ? value : "";
  const promises = [
    ...text.trim().split(/\s+/).filter((part) => INTEGRITY.test(part) || HEXADECIMAL.test(part)),
    ...text.split(",").filter((part) => MEMBER.test(part.trim())),
  ];
  // The strongest counts. In an integrity attribute any of several would do.
  const strongest = promises.filter((part) => /512/.test(part.slice(0, 8)));
  const counting = new Set(strongest.length ? strongest : promises);
  if (counting.size > 1) throw invalid("digest", "must be one of each kind");
  if (counting.size === 1) return text;
  throw invalid("digest", 'must be like "sha256-…", "sha256:…" or "sha-256=:…:"');
}
