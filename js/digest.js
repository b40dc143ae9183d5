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

/** @param {unknown} value */
export function readDigest(value) {
  const promises =
    typeof value === "string" &&
    (value.trim().split(/\s+/).some((part) => INTEGRITY.test(part)) ||
      value.split(",").some((part) => MEMBER.test(part.trim())));
  if (promises) return value;
  throw invalid("digest", 'must be "sha256-…" or "sha512-…" as in integrity attributes, or "sha-256=:…:"');
}
