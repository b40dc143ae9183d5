/**
 * What the page and the engine say to each other, as types; there is nothing here at run time.
 *
 * Numbers are bytes and seconds; ranges are half-open.
 *
 * @module
 */

/**
 * - `connecting`: no request of this run has been answered yet
 * - `downloading`: bytes arrive, or the last ones are being saved
 * - `waiting`: for the network, for the time a server asked for, or for another tab
 * - `paused`: at rest, with every received byte stored
 * - `verifying`: all bytes are there and their digest is being checked
 * - `complete`: the file is there
 * - `failed`: at rest, with an `error`, also after a reload; `resume()` tries again
 * - `removed`: forgotten, and its bytes freed
 *
 * @typedef {"connecting" | "downloading" | "waiting" | "paused" | "verifying" | "complete" |
 *   "failed" | "removed"} State
 */

/**
 * Where bytes are kept: in a file of the Origin Private File System, in IndexedDB, or, where the
 * browser refuses both, in memory and not beyond the page's life.
 *
 * @typedef {"opfs" | "indexeddb" | "memory"} Storage
 */

/**
 * A stretch of the file; its first `received` bytes are there.
 *
 * @typedef {object} Segment
 * @property {number} start The offset of its first byte.
 * @property {number} end The offset after its last byte.
 * @property {number} received In bytes.
 * @property {number | null} source Which of the addresses it comes from: 0 is the URL, others are
 *   the mirrors in their order. Null where no request is fetching it.
 * @property {boolean} active Whether a request is fetching it now.
 */

/**
 * How far a download has come.
 *
 * @typedef {object} Progress
 * @property {number} received Bytes that have arrived and are stored, or about to be.
 * @property {number | null} total The size in bytes; null until it is known.
 * @property {number | null} ratio From 0 to 1; null while the total is unknown.
 * @property {number} bytesPerSecond Over the last seconds; 0 when nothing arrives.
 * @property {number | null} secondsLeft At this rate; null where that is unknown.
 * @property {number} connections Requests in progress.
 * @property {readonly Segment[]} segments What has arrived and what is on its way, in order.
 */

/**
 * What a server lacks, and what to add to its answers.
 *
 * - `unreachable`: no server answers
 * - `policy`: the page's Content-Security-Policy forbids the address; the line is what to add to it
 * - `mixed-content`: the page is https and the address http
 * - `cors`: the page may not read the answer
 * - `status`: the status is not that of a file
 * - `ranges`: ranges are not answered as asked
 * - `encoding`: the file is compressed on the way
 * - `length`: the server does not say its size
 * - `inconsistent`: two answers are of different versions
 * - `validator`: nothing readable proves that two answers are of one version
 * - `expose`: the page cannot read Content-Range, and perhaps other headers
 *
 * @typedef {object} Advice
 * @property {"unreachable" | "policy" | "mixed-content" | "cors" | "status" | "ranges" | "encoding" | "length" |
 *   "inconsistent" | "validator" | "expose"} code For programs.
 * @property {string} problem In words, with its consequence.
 * @property {readonly string[]} headers Header lines to add; empty where no header helps.
 */

/**
 * What a server allows this page. A header that the page cannot read is as good as absent: across
 * origins it must be named in Access-Control-Expose-Headers.
 *
 * @typedef {object} Diagnosis
 * @property {string} url What was asked for, absolute.
 * @property {number | null} status Of the first answer; null where the page can read none.
 * @property {boolean} reachable A server answers, whether the page may read it or not.
 * @property {boolean} crossOrigin The file is on another origin than the page.
 * @property {number | null} size In bytes; null where the server does not say.
 * @property {string | null} type The media type.
 * @property {string} filename What the file would be called.
 * @property {string | null} etag As sent; null where the page can read none.
 * @property {string | null} lastModified As sent; null where the page can read none.
 * @property {boolean} encoded The file is compressed on the way.
 * @property {boolean} ranges Ranges are answered as asked.
 * @property {boolean} resumable A download goes on from the bytes it has.
 * @property {boolean} parallel A download uses several connections.
 * @property {readonly Advice[]} advice What is missing, the most important first.
 */

/**
 * What is known of a failure that has not ended a download: a `DownloadError` without its class.
 *
 * @typedef {object} PlainError
 * @property {import("./error.js").Code} code The kind of failure, for programs.
 * @property {string} message For people.
 * @property {boolean} retryable Whether trying again may succeed.
 * @property {import("./error.js").ErrorDetail | undefined} [detail] What the code says more exactly.
 */

/**
 * What a download waits for.
 *
 * @typedef {object} Waiting
 * @property {number | null} until When the next request is sent, at the latest: milliseconds, to be
 *   compared with `Date.now()`. Null while `refreshUrl` is asked.
 * @property {PlainError | null} error What failed last; null where a server asked to be left alone
 *   without failing.
 */

/**
 * @typedef {object} Snapshot
 * @property {string} id
 * @property {string} url
 * @property {string} filename
 * @property {string} type
 * @property {number | null} size
 * @property {string | null} etag
 * @property {string | null} lastModified
 * @property {State} state
 * @property {Waiting | null} waiting
 * @property {boolean} interrupted
 * @property {boolean} [failedBefore] The error is that of an earlier page.
 * @property {boolean} [unremoved] The error is why it could not be removed.
 * @property {boolean} resumable
 * @property {string | null} reason
 * @property {Storage} storage
 * @property {Progress} progress
 * @property {PlainError | null} error
 */

/**
 * The options that concern the engine.
 *
 * @typedef {object} EngineOptions
 * @property {string} [filename]
 * @property {number | "auto"} [connections]
 * @property {[string, string][]} [headers]
 * @property {RequestCredentials} [credentials]
 * @property {ReferrerPolicy} [referrerPolicy]
 * @property {"fail" | "restart"} [onChanged]
 * @property {string[]} [mirrors]
 * @property {string} [digest]
 * @property {number} [size] What a Metalink promises, like the next.
 * @property {string} [pieces]
 * @property {boolean} [partial] A Metalink has not been read: of what is stored, the stored options
 *   count.
 * @property {boolean} [refreshes] Whether `refresh` may be asked.
 * @property {Storage | "auto"} [storage]
 */

/**
 * @typedef {{ type: "open", id: string, url: string, start: boolean, options: EngineOptions } |
 *   { type: "resume" | "pause" | "remove" | "yield", id: string } |
 *   { type: "refreshed", id: string, url: string | null } |
 *   { type: "leave", id: string, reader: number }} Order
 */

/**
 * The file that a reader has begun with.
 *
 * @typedef {Pick<Snapshot, "size" | "etag" | "lastModified">} Begun
 */

/**
 * `read` is answered when bytes from the offset `from` on are stored, with at most `limit` of
 * them; with null at the end of the file. `filename` is answered with the name that a file may
 * have; where none is wanted, with that of the URL.
 *
 * @typedef {{ type: "list" } |
 *   { type: "blob", id: string } |
 *   { type: "read", id: string, reader: number, from: number, limit: number, begun: Begun | null } |
 *   { type: "diagnose", url: string, options: EngineOptions } |
 *   { type: "filename", name: string | undefined, url: string }} Question
 */

/**
 * The first message; the engine says `ready` or `fatal`.
 *
 * @typedef {{ type: "load", wasm: import("./configure.js").Configuration["wasm"] }} Load
 */

/** @typedef {Order | (Question & { call: number })} ToEngine */

/**
 * @typedef {{ type: "reply", call: number, value?: unknown, error?: PlainError }} Reply
 */

/**
 * The engine cannot work, or works no more.
 *
 * @typedef {{ type: "fatal", code: import("./error.js").Code, message: string }} Fatal
 */

/**
 * The URL was answered with that status: is there another? Answered by the order `refreshed`.
 *
 * @typedef {{ type: "refresh", id: string, status: number }} Refresh
 */

/** @typedef {{ type: "snapshot", snapshot: Snapshot } | Reply | Refresh | Fatal} Report */

/** @typedef {Report | { type: "ready" }} ToPage */

export {};
