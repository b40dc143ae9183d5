/**
 * What becomes of the engine when the page is left, and while it is kept for the way back.
 *
 * Its worker is kept with it: the locks and transactions of an engine that stands still would keep
 * every other page waiting, in WebKit for ever, and even one whose downloads are at rest may look for
 * leftovers. So the engine ends, unless it has bytes that are nowhere else, and when the page is there
 * again another one is told what the last one was. Who was reading goes on where the server proves
 * that the file is the same.
 *
 * Meanwhile other pages may have paused, removed or finished what is stored, and that counts: first
 * the new engine is asked what there is, and only what looks cut off goes on.
 *
 * @module
 */
/** @import { Call, Entry } from "./session.js" */
/** @import { Order, Snapshot, ToEngine } from "./messages.js" */

/**
 * @typedef {object} Affairs
 * @property {Map<string, Entry[]>} entries
 * @property {Map<number, Call>} calls
 * @property {() => boolean} end Whether there was an engine that could be ended.
 * @property {(message: ToEngine) => void} post
 * @property {(entry: Entry) => Order & { type: "open" }} orderOf What this page has asked for last.
 */

/**
 * @param {Affairs} affairs
 * @returns {() => void} To be called whenever a download has changed.
 */
export function watchTransitions({ entries, calls, end, post, orderOf }) {
  let ended = false;

  globalThis.addEventListener?.("pagehide", ({ persisted }) => {
    const snapshots = [...entries.values()].flat().map(({ task }) => task.snapshot);
    const volatile = snapshots.some(({ storage, progress }) => storage === "memory" && progress.received);
    ended = persisted && !volatile && end();
  });

  globalThis.addEventListener?.("pageshow", () => {
    if (!ended) return;
    ended = false;
    // The next ones of an id wait for the first to be gone, and their messages with them.
    for (const [first] of entries.values()) if (first) restart(first);
    for (const { sent } of calls.values()) if (sent) post(sent);
  });

  const running = () => {
    const first = [...entries.values()].flatMap(([entry]) => entry?.task.snapshot ?? []);
    return first.filter(({ state }) => state === "downloading");
  };

  /** What the page is left for comes over a connection too, and a browser has few to one host. */
  const yieldAll = () => {
    for (const { id } of running()) post({ type: "yield", id });
  };

  /** @param {Entry} entry */
  function restart(entry) {
    const { task, asked, starting } = entry;
    const { id, progress } = task.snapshot;
    const wasAtWork = !task.atRest && !task.pausing && !task.leaving && !starting;
    const begun = progress.received > 0;
    const order = orderOf(entry);
    // A page that has only listed it knows nothing of it but its name.
    if (!asked) order.options = { partial: true };
    // Without an address nothing begins: where nothing is stored, it is said to be removed.
    if (!asked || wasAtWork || begun) order.url = "";
    entry.judge = (snapshot) => {
      entry.judge = undefined;
      const { state, error } = snapshot;
      // What is not there any more has no name either.
      if (!snapshot.url) snapshot = { ...task.snapshot, state, error, progress: snapshot.progress };
      const isNew = state === "removed" && asked && !begun;
      const goesOn = wasAtWork && (snapshot.interrupted || isNew) && !task.pausing && !task.leaving;
      return goesOn ? goOn(entry, snapshot) : snapshot;
    };
    task.heard = true;
    post(order);
    if (task.leaving) post({ type: "remove", id });
    else if (task.pausing) post({ type: "pause", id });
    if (wasAtWork) task.update({ ...task.snapshot, state: "connecting", interrupted: false });
  }

  /**
   * @param {Entry} entry
   * @param {Snapshot} snapshot
   * @returns {Snapshot}
   */
  function goOn(entry, snapshot) {
    const { task } = entry;
    entry.resting = true;
    if (entry.asked) task.open({ ...orderOf(entry), start: true });
    else task.resume();
    // The page has been told that it is at work, and hears nothing of what there was before.
    task.heard = false;
    return { ...snapshot, state: "paused" };
  }

  return () => {
    // A page that listens for it may be kept out of the back/forward cache.
    if (running().length > 0) globalThis.addEventListener?.("beforeunload", yieldAll);
    else globalThis.removeEventListener?.("beforeunload", yieldAll);
  };
}
