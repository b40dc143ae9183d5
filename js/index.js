/**
 * The package's entry: what a page imports.
 *
 * Importing it does nothing; the engine is loaded at the first call.
 *
 * @module
 */
import { readConfiguration } from "./configure.js";
import { startEngine } from "./engine-host.js";
import { invalid } from "./error.js";
import { load } from "./load.js";
import { readOptions } from "./options.js";
import { Session } from "./session.js";

export { Download } from "./download.js";
export { DownloadError } from "./error.js";

/** @import { Download } from "./download.js" */
/** @import { DownloadError } from "./error.js" */

/** @typedef {import("./options.js").DownloadOptions} DownloadOptions */
/** @typedef {import("./options.js").RefreshUrl} RefreshUrl */
/** @typedef {import("./options.js").RefreshReason} RefreshReason */
/** @typedef {import("./messages.js").Progress} Progress */
/** @typedef {import("./messages.js").Segment} Segment */
/** @typedef {import("./messages.js").State} State */
/** @typedef {import("./messages.js").Waiting} Waiting */
/** @typedef {import("./messages.js").Storage} Storage */
/** @typedef {import("./options.js").SaveOptions} SaveOptions */
/** @typedef {import("./options.js").SaveProgress} SaveProgress */
/** @typedef {import("./download.js").Saved} Saved */
/** @typedef {import("./error.js").Code} Code */
/** @typedef {import("./error.js").ErrorDetail} ErrorDetail */
/** @typedef {import("./error.js").FileIdentity} FileIdentity */
/** @typedef {import("./messages.js").PlainError} PlainError */
/** @typedef {import("./options.js").FetchOptions} FetchOptions */
/** @typedef {import("./options.js").ResumableFetchInit} ResumableFetchInit */
/** @typedef {import("./options.js").DiagnoseOptions} DiagnoseOptions */
/** @typedef {import("./messages.js").Diagnosis} Diagnosis */
/** @typedef {import("./messages.js").Advice} Advice */
/** @typedef {import("./configure.js").Configuration} Configuration */

/** @type {Session | null} */
let current = null;

/** @type {Configuration} */
let configuration = {};

const canStore = () => "indexedDB" in globalThis;

function session() {
  if (!canStore()) {
    throw invalid("rangeload", "needs IndexedDB: on a server, import it but call it in the page");
  }
  refuseServiceWorkers();
  return (current ??= new Session((receive) => startEngine(receive, configuration), configuration.persist));
}

/** Modules cannot be loaded there when they are needed. */
function refuseServiceWorkers() {
  if ("skipWaiting" in globalThis) throw invalid("rangeload", "cannot work in a service worker: call it in the page");
}

/**
 * Says what holds for the whole page: where the engine's worker and wasm are, in set-ups where the
 * package cannot find them itself, and whether to ask the browser to keep what is stored. Call it
 * before anything else of the package: it throws once the engine is in use.
 * `rangeload/element` uses it as soon as it is imported into a page with such a link, so call
 * `configure()` in a module of its own and import that module first. On a server it does nothing.
 *
 * @param {Configuration} options
 * @throws {DownloadError} with the code `invalid`.
 */
export function configure(options) {
  if (current) throw invalid("configure", "must be called before the first download");
  // A server knows no address that a path could be relative to.
  if (canStore()) configuration = readConfiguration(options);
}

/**
 * Downloads a file, or goes on with what is stored of it under the same id. As long as the page
 * lives and the download is not removed, the same id gives the same object.
 *
 * @param {string | URL} url http or https, relative to the page.
 * @param {DownloadOptions} [options]
 * @returns {Download}
 * @throws {DownloadError} with the code `invalid`; then nothing is stored.
 */
export function download(url, options) {
  return session().open(readOptions(url, options));
}

/**
 * Everything stored for this origin, unfinished and finished, the oldest first.
 * Nothing starts by itself: those that a reload or a crash cut off are `interrupted`.
 *
 * @returns {Promise<Download[]>} Rejects with a `DownloadError`.
 */
export async function downloads() {
  return session().list();
}

/**
 * What the server of a file allows this page, what it lacks and what to add to its answers. Sends
 * at most two requests for the file, and cancels each as soon as its answer has begun; nothing is
 * stored.
 *
 * @param {string | URL} url
 * @param {DiagnoseOptions} [options]
 * @returns {Promise<Diagnosis>} Rejects with a `DownloadError` where the options are not usable or
 *   the engine cannot start, never because of what the server does; or with the reason of an
 *   aborted `options.signal`.
 */
export async function diagnose(url, options) {
  const current = session();
  const { judge } = await load(import("./diagnose.js"));
  return judge((question) => current.ask(question), url, options);
}

/**
 * `fetch` for large files: the body comes in order while its segments arrive in parallel, and a
 * call after a reload or a crash begins with the bytes that are stored.
 *
 * Resolves when the server has answered, with a `Response` like that of `fetch`: status 200, the
 * headers Content-Type, Content-Length, Accept-Ranges, ETag and Last-Modified as far as they are
 * known, `url`, `clone()` and a `body` that is read at the pace of its reader. `url` is the one
 * asked for, also after a redirect. `blob()` gives the file on disk without a copy, unless the
 * response was cloned, its body has been touched or `init.download.keep` is false. A status that
 * may pass is reported after some retries; the body of an error is a sentence about it, not the
 * server's own. The status of a Metalink is no answer: that rejects.
 *
 * The complete copy stays: the next call for the URL is answered from it without asking the server
 * whether there is a newer version. With `init.cache` `"reload"` or `"no-cache"` the copy is
 * deleted first and the whole file is fetched again, unless another response of it is still being
 * read. With `init.download.keep` false it is removed once the body has been read, unless another
 * response of it may still be read. Aborting `init.signal`, or cancelling the body, pauses, again
 * unless another may still be read: the bytes are kept for the next call. Responses in other tabs
 * count too, except on pages without TLS.
 *
 * What cannot be fetched in ranges goes to `fetch` as it is: methods other than GET, headers that
 * ask for ranges or conditions, `integrity`, `referrer`, `cache: "no-store"` and
 * `"only-if-cached"`, modes other than `"cors"`, redirects that are not followed, and URLs that
 * are not http or https.
 *
 * @param {RequestInfo | URL} input
 * @param {ResumableFetchInit} [init]
 * @returns {Promise<Response>} Rejects with a `DownloadError`, or with the reason of an aborted
 *   `init.signal`, as `fetch` does.
 */
export async function resumableFetch(input, init) {
  refuseServiceWorkers();
  const { fetchResumably } = await load(import("./fetch.js"));
  return fetchResumably({ download, downloads, isKnown: (id) => !!current?.find(id) }, input, init);
}
