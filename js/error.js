/**
 * Why a download failed: one class, a stable code for each cause. Nothing else is ever thrown.
 *
 * @module
 */

/**
 * @typedef {"network" | "http" | "blocked" | "changed" | "mismatch" | "integrity" | "quota" |
 *   "storage" | "busy" | "invalid" | "removed"} Code
 */

/**
 * @typedef {object} ErrorFields
 * @property {boolean} [retryable]
 * @property {unknown} [detail]
 * @property {unknown} [cause]
 */

/** The codes are part of the contract; the messages are for people and may change. */
export class DownloadError extends Error {
  /**
   * @param {Code} code
   * @param {string} message
   * @param {ErrorFields} [fields]
   */
  constructor(code, message, { retryable = false, detail, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "DownloadError";
    /** @type {Code} */
    this.code = code;
    /** Whether `resume()` may succeed with nothing else changed but time or free space. */
    this.retryable = retryable;
    /** What the code says more exactly, for instance `{ status: 404 }` for `http`. */
    this.detail = detail;
  }
}

/**
 * An option or an argument that is not usable.
 *
 * @param {string} option
 * @param {string} why
 * @param {unknown} [cause]
 */
export function invalid(option, why, cause) {
  return new DownloadError("invalid", `${option} ${why}`, { detail: { option }, cause });
}

/**
 * What the engine sent in place of an error: no class survives `postMessage`.
 *
 * @param {import("./messages.js").PlainError} plain
 */
export function revive({ code, message, ...fields }) {
  return new DownloadError(code, message, fields);
}
