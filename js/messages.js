/**
 * What the page and the engine say to each other, as types; there is nothing here at run time.
 *
 * Numbers are bytes and seconds; ranges are half-open.
 *
 * @module
 */

/**
 * @typedef {"connecting" | "downloading" | "waiting" | "paused" | "verifying" | "complete" |
 *   "failed" | "removed"} State
 */

/** @typedef {"opfs" | "indexeddb" | "memory"} Storage */

/**
 * A stretch of the file; its first `received` bytes are there.
 *
 * @typedef {object} Segment
 * @property {number} start
 * @property {number} end The offset after its last byte.
 * @property {number} received
 * @property {number} source Which of the addresses it comes from.
 * @property {boolean} active Whether a connection is bringing it just now.
 */

/**
 * @typedef {object} Progress
 * @property {number} received
 * @property {number | null} total
 * @property {number | null} ratio From 0 to 1.
 * @property {number} bytesPerSecond
 * @property {number | null} secondsLeft
 * @property {number} connections
 * @property {readonly Segment[]} segments
 */

/**
 * What a server lacks, and what to add to its answers.
 *
 * @typedef {object} Advice
 * @property {"unreachable" | "cors" | "status" | "ranges" | "encoding" | "length" |
 *   "inconsistent" | "validator" | "expose"} code
 * @property {string} problem In words, with what comes of it.
 * @property {readonly string[]} headers Lines to add, as HTTP writes them; none where a line does
 *   not mend it.
 */

/**
 * What a server allows this page. A header that the page cannot read is as good as absent: across
 * origins it must be named in Access-Control-Expose-Headers.
 *
 * @typedef {object} Diagnosis
 * @property {string} url
 * @property {number | null} status Of the first answer; null where the page can read none.
 * @property {boolean} reachable A server answers, whether the page may read it or not.
 * @property {boolean} crossOrigin
 * @property {number | null} size In bytes; null where the server does not say.
 * @property {string | null} type The media type.
 * @property {string} filename What the file would be called.
 * @property {string | null} etag
 * @property {string | null} lastModified
 * @property {boolean} encoded The file is compressed on the way.
 * @property {boolean} ranges Ranges are answered as asked.
 * @property {boolean} resumable A download goes on from the bytes it has.
 * @property {boolean} parallel A download uses several connections.
 * @property {readonly Advice[]} advice What is missing, in the order of its weight.
 */

/**
 * @typedef {object} PlainError
 * @property {import("./error.js").Code} code
 * @property {string} message
 * @property {boolean} retryable
 * @property {unknown} [detail]
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
 * @property {boolean} interrupted
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
 * @property {number} [connections] Absent: the engine's choice.
 * @property {[string, string][]} [headers]
 * @property {RequestCredentials} [credentials]
 * @property {ReferrerPolicy} [referrerPolicy]
 * @property {"fail" | "restart"} [onChanged]
 * @property {"indexeddb"} [storage] Absent: the engine's choice.
 */

/**
 * @typedef {{ type: "open", id: string, url: string, start: boolean, options: EngineOptions } |
 *   { type: "resume" | "pause" | "remove", id: string } |
 *   { type: "leave", id: string, reader: number }} Order
 */

/**
 * `read` is answered when bytes from the offset `from` on are stored, with at most `limit` of
 * them; with null at the end of the file.
 *
 * @typedef {{ type: "list" } |
 *   { type: "blob", id: string } |
 *   { type: "read", id: string, reader: number, from: number, limit: number } |
 *   { type: "diagnose", url: string, options: EngineOptions } |
 *   { type: "filename", name: string }} Question
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

/** @typedef {{ type: "snapshot", snapshot: Snapshot } | Reply | Fatal} Report */

/** @typedef {Report | { type: "ready" }} ToPage */

export {};
