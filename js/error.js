/**
 * Why a download failed: one class, a stable code for each cause. Nothing else is ever thrown.
 *
 * @module
 */

/**
 * Why a download failed, and whether its bytes are kept.
 *
 * | code | meaning | bytes kept |
 * |---|---|---|
 * | `network` | no answer, or cut off, after all retries; a Metalink or a part of the package that cannot be loaded | yes |
 * | `http` | an HTTP error, after retries where they may help; `detail.status`; 408, 425, 429 and 5xx are `retryable`, except for a Metalink | yes |
 * | `blocked` | CORS, CSP or mixed content keeps the page from reading it, or the browser lacks WebAssembly or `DecompressionStream`; the message says what is missing | yes |
 * | `changed` | the remote file has changed since the download began; `detail.stored` and `detail.remote` | until the user decides |
 * | `mismatch` | the server's answer contradicts itself or the request | yes |
 * | `integrity` | a digest does not match; `detail.expected` and `detail.actual`, and `detail.piece` where only a piece of the file was checked | yes, for inspection |
 * | `quota` | the browser refused to store more, `detail.missing` bytes if known; from `save()`, the place has no room, without `detail` | yes |
 * | `storage` | the stored state cannot be read or written, the file cannot be saved, or the engine cannot be started or has stopped | whatever is readable |
 * | `busy` | another tab owns it and cannot be reached | yes |
 * | `invalid` | an option, a URL or the place of the call is not usable, `detail.option` says which: thrown or rejected at the call, nothing is stored. Without `detail`: the `wasm` given to `configure()` is not usable, and each download fails | – |
 * | `removed` | `remove()` was called while it ran | no |
 *
 * @typedef {"network" | "http" | "blocked" | "changed" | "mismatch" | "integrity" | "quota" |
 *   "storage" | "busy" | "invalid" | "removed"} Code
 */

/**
 * What tells two versions of a file apart, as far as it is known.
 *
 * @typedef {object} FileIdentity
 * @property {number | null} size In bytes.
 * @property {string | null} etag As the server sent it.
 * @property {string | null} lastModified As the server sent it.
 */

/**
 * What an error says more exactly. Which members there are depends on the code.
 *
 * @typedef {object} ErrorDetail
 * @property {number} [status] Of `http`: what the server answered.
 * @property {FileIdentity} [stored] Of `changed`: the file that the download began with.
 * @property {FileIdentity} [remote] Of `changed`: the file that is there now.
 * @property {string | number} [expected] Of `integrity`: a digest like `sha256-…`. Of `storage`, from
 *   `save()`: the size of the file in bytes.
 * @property {string | number} [actual] What was found instead.
 * @property {{ start: number, end: number } | null} [piece] Of `integrity`: where the wrong piece lies
 *   in the file, in bytes; null where it is the whole file.
 * @property {number | null} [missing] Of `quota`: how many bytes did not fit; null where the browser
 *   does not say.
 * @property {string} [option] Of `invalid`: which option or argument.
 * @property {string} [metalink] Of `mismatch` and `http`: the address of the Metalink, where it is not the
 *   file that is not usable.
 */

/**
 * @typedef {object} ErrorFields
 * @property {boolean} [retryable]
 * @property {ErrorDetail | undefined} [detail]
 * @property {unknown} [cause]
 */

/**
 * The class of everything that is rejected, thrown or shown as `error`. The codes are part of the
 * contract; the messages are for people and may change. `cause` is what the platform threw, where
 * that led to it.
 */
export class DownloadError extends Error {
  /**
   * @param {Code} code
   * @param {string} message
   * @param {ErrorFields} [fields]
   */
  constructor(code, message, { retryable = false, detail, cause } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    /** Always `"DownloadError"`. */
    this.name = "DownloadError";
    /**
     * The kind of failure, for programs.
     *
     * @type {Code}
     */
    this.code = code;
    /** Whether trying again may succeed with nothing changed but time or free space. */
    this.retryable = retryable;
    /**
     * What the code says more exactly, for instance `{ status: 404 }` for `http`; undefined where
     * there is no more to say.
     *
     * @type {ErrorDetail | undefined}
     */
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
 * What the engine sent in place of an error: no class survives `postMessage`. Of an error that is
 * one already the `cause` is taken too, which no spreading finds.
 *
 * @param {import("./messages.js").PlainError} plain
 */
export function revive(plain) {
  return new DownloadError(plain.code, plain.message, plain);
}
