/**
 * What becomes of the engine while the page is left and kept for the way back.
 *
 * Its worker is kept with it: the locks and transactions of an engine that stands still would keep
 * every other page waiting, in WebKit for ever. So the engine ends, unless it has bytes that are
 * nowhere else, and when the page is there again another one is told what the last one was. Who
 * was reading goes on where the server proves that the file is the same.
 *
 * @module
 */
/** @import { Call, Entry } from "./session.js" */
/** @import { Order, ToEngine } from "./messages.js" */

/**
 * @typedef {object} Affairs
 * @property {() => Entry[]} entries
 * @property {Map<number, Call>} calls
 * @property {() => boolean} end Whether there was an engine that could be ended.
 * @property {(message: ToEngine) => void} post
 * @property {(entry: Entry) => (Order & { type: "open" }) | null} order What this page has asked
 *   for last.
 */

/** @param {Affairs} affairs */
export function watchTransitions({ entries, calls, end, post, order }) {
  let ended = false;

  globalThis.addEventListener?.("pagehide", ({ persisted }) => {
    const tasks = entries().map(({ task }) => task);
    // For want of room it may hold what it could not save, and with it the lock: there is no other
    // way to free some, and what is lost can be fetched again.
    const holds = (/** @type {Entry["task"]} */ task) => !task.atRest || task.error?.code === "quota";
    const busy = calls.size > 0 || tasks.some(holds);
    const volatile = tasks.some(({ snapshot }) => snapshot.storage === "memory" && snapshot.progress.received);
    ended = persisted && busy && !volatile && end();
  });

  globalThis.addEventListener?.("pageshow", () => {
    if (!ended) return;
    ended = false;
    for (const entry of entries()) entry.task.restart(order(entry));
    for (const { sent } of calls.values()) if (sent) post(sent);
  });
}
