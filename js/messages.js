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
 *   { type: "filename", name: string }} Question
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
