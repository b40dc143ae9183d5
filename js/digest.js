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

/**
 * The last character of base64 stands for fewer bits than there are: some would say the same as
 * others. Only those that the engine understands end a digest; the others are a slip of the hand.
 */
const CANONICAL = /([AEIMQUYcgkosw048]=|[AQgw]==)(\?|:?$)|:[0-9A-Fa-f]+$/;

/** What the engine takes for white space, and no more. */
const SPACE = /[\t\n\f\r ]+/;

/** @param {unknown} value */
export function readDigest(value) {
  const text = typeof value === "string" ? value : "";
  const members = text.split(",").map((part) => part.split(SPACE).filter(Boolean).join(" "));
  const promises = [
    ...text.split(SPACE).filter((part) => INTEGRITY.test(part) || HEXADECIMAL.test(part)),
    ...members.filter((part) => MEMBER.test(part)),
  ];
  // The strongest counts. In an integrity attribute any of several would do.
  const strongest = promises.filter((part) => /512/.test(part.slice(0, 8)));
  const counting = [...new Set(strongest.length ? strongest : promises)];
  if (counting.length > 1) throw invalid("digest", "must be one of each kind");
  if (counting[0] && CANONICAL.test(counting[0])) return text;
  throw invalid("digest", 'must be like "sha256-…", "sha256:…" or "sha-256=:…:"');
}
