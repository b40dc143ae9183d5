// A session without an engine: what it sends is noted, and what it is told is said by the test.
import assert from "node:assert/strict";

import { DownloadError } from "../../js/error.js";
import { readOptions } from "../../js/options.js";
import { Session } from "../../js/session.js";

/** @import { Report, Snapshot, ToEngine } from "../../js/messages.js" */

export const ID = "https://example.org/a.iso";

/**
 * A session, and the engine's end of its line.
 *
 * @param {boolean} [persist]
 */
export function connect(persist) {
  /** @type {ToEngine[]} */
  const sent = [];
  let ended = 0;
  /** @type {(report: Report) => void} */
  let report = () => {};
  const session = new Session((receive) => {
    report = receive;
    return { post: (message) => sent.push(message), end: () => ++ended > 0 };
  }, persist);
  return {
    sent,
    ended: () => ended,
    /** @param {object} [options] */
    open: (options) => session.open(readOptions(ID, options)),
    list: () => session.list(),
    types: () => sent.map(({ type }) => type),
    /** @param {Report} message */
    report: (message) => report(message),
    /** @param {Partial<Snapshot>} fields */
    say: (fields) => report({ type: "snapshot", snapshot: snapshot(fields) }),
    /** @param {unknown} value */
    reply(value) {
      const call = sent.findLast((message) => "call" in message)?.call ?? 0;
      report({ type: "reply", call, value });
    },
  };
}

/**
 * @param {Partial<Snapshot>} fields
 * @returns {Snapshot}
 */
export function snapshot(fields) {
  return {
    id: ID,
    url: ID,
    filename: "a.iso",
    type: "application/x-iso9660-image",
    size: 10,
    etag: '"a"',
    lastModified: null,
    state: "downloading",
    waiting: null,
    interrupted: false,
    resumable: true,
    reason: null,
    storage: "indexeddb",
    progress: {
      received: 5,
      total: 10,
      ratio: 0.5,
      bytesPerSecond: 1,
      secondsLeft: 5,
      connections: 1,
      segments: [],
    },
    error: null,
    ...fields,
  };
}

/**
 * @param {Promise<unknown>} promise
 * @param {string} code
 */
export async function rejectsWith(promise, code) {
  await assert.rejects(promise, (error) => {
    assert.ok(error instanceof DownloadError);
    assert.equal(error.code, code);
    return true;
  });
}
