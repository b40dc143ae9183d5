/**
 * The package's entry: what a page imports.
 *
 * Importing it does nothing; the engine is loaded at the first call.
 *
 * @module
 */
import { readOptions } from "./options.js";
import { Session } from "./session.js";

export { Download } from "./download.js";
export { DownloadError } from "./error.js";

/** @import { Download } from "./download.js" */

/** @typedef {import("./error.js").Code} Code */
/** @typedef {import("./messages.js").Progress} Progress */
/** @typedef {import("./messages.js").Segment} Segment */
/** @typedef {import("./messages.js").State} State */
/** @typedef {import("./messages.js").Storage} Storage */
/** @typedef {import("./options.js").DownloadOptions} DownloadOptions */
/** @typedef {import("./options.js").SaveOptions} SaveOptions */
/** @typedef {import("./options.js").SaveProgress} SaveProgress */
/** @typedef {import("./download.js").Saved} Saved */

/** @type {Session | null} */
let current = null;

function session() {
  return (current ??= new Session());
}

/**
 * Downloads a file, or goes on with what is stored of it under the same id. As long as the page
 * lives, the same id gives the same object.
 *
 * @param {string | URL} url http or https, relative to the page.
 * @param {DownloadOptions} [options]
 * @returns {Download}
 * @throws {import("./error.js").DownloadError} with the code `invalid`; then nothing is stored.
 */
export function download(url, options) {
  return session().open(readOptions(url, options));
}

/**
 * Everything stored for this origin, unfinished and finished, in the order it was asked for.
 * Nothing starts by itself: those that a reload or a crash cut off are `interrupted`.
 *
 * @returns {Promise<Download[]>}
 */
export function downloads() {
  return session().list();
}
