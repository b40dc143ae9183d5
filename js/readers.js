/**
 * Who reads a download, on this page and on others of its origin.
 *
 * Each reader has a share of a Web Lock, which ends with its page; whoever can have the whole lock
 * is alone. Where there are no locks, as without TLS, only the readers of this page are known.
 *
 * @module
 */

/**
 * What only the last one may do.
 *
 * @typedef {() => Promise<void>} Last
 */

/** In milliseconds. What is done alone is soon done, but a browser may freeze a page with its locks. */
const PATIENCE = 3000;

/**
 * This page's own.
 *
 * @type {Map<string, number>}
 */
const counts = new Map();

/**
 * @param {string} what
 * @param {1 | -1} more
 */
function count(what, more) {
  counts.set(what, (counts.get(what) ?? 0) + more);
}

/**
 * One more reader. It is known everywhere when `joined` resolves, and what another one does alone
 * has been done by then.
 *
 * @param {string} what
 */
export function join(what) {
  count(what, 1);
  const joined = lock(what, { mode: "shared", signal: AbortSignal.timeout(PATIENCE) });
  let left = false;
  /** @param {Last} [last] */
  const leave = async (last) => {
    if (left) return;
    left = true;
    count(what, -1);
    await (await joined)?.();
    if (last) await ifAlone(what, last);
  };
  return { joined, leave };
}

/**
 * Does it if nobody reads; who joins meanwhile waits until it is done.
 *
 * @param {string} what
 * @param {Last} act
 */
export async function ifAlone(what, act) {
  const release = await lock(what, { ifAvailable: true });
  try {
    if (release && !counts.get(what)) await act();
  } finally {
    release?.();
  }
}

/**
 * @param {string} what
 * @param {LockOptions} options
 * @returns {Promise<(() => unknown) | null>} Gives the lock back, and may be waited for; null where
 *   another page has it.
 */
function lock(what, options) {
  return new Promise((resolve) => {
    const none = () => resolve(() => {});
    const { locks } = globalThis.navigator ?? {};
    if (!locks) return none();
    const hold = (/** @type {(value?: unknown) => void} */ release) => resolve(() => (release(), held));
    const held = locks
      .request(`rangeload ${what}`, options, (lock) => (lock ? new Promise(hold) : resolve(null)))
      .catch(none);
  });
}
