/**
 * Decides whether a text promises a digest that the engine can check.
 *
 * @module
 */
import { invalid } from "./error.js";

/**
 * Subresource Integrity §3.5: base64 of 32 or 64 bytes, with options that are ignored. And the same
 * in hexadecimal, as many lists of published files have it.
 *
 * The last character of base64 stands for fewer bits than there are: others would say the same as
 * these, and are a slip of the hand.
 */
const INTEGRITY =
  /^[Ss][Hh][Aa]((256-[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=|512-[A-Za-z0-9+/]{85}[AQgw]==)(\?\S*)?|256:[A-Fa-f0-9]{64}|512:[A-Fa-f0-9]{128})$/;

/** A member of a field of RFC 9530 §2. */
const MEMBER = /^sha-(256=:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=|512=:[A-Za-z0-9+/]{85}[AQgw]==):$/;

/** @param {unknown} value */
export function readDigest(value) {
  // Other white space is none to the engine.
  const text = typeof value === "string" && !/[^\t\n\f\r -~]/.test(value) ? value : "";
  const promises = text.split(/[\s,]/).filter((part) => INTEGRITY.test(part) || MEMBER.test(part));
  // The strongest counts. In an integrity attribute any of several would do.
  const strongest = promises.filter((part) => /^sha-?512/i.test(part));
  const counting = new Set(strongest.length ? strongest : promises);
  if (counting.size > 1) throw invalid("digest", "must be one of each kind");
  if (counting.size === 1) return text;
  throw invalid("digest", 'must be like "sha256-…", "sha256:…" or "sha-256=:…:"');
}
