/**
 * A promise and what settles it.
 *
 * @module
 */

/**
 * @template T
 * @typedef {object} Deferred
 * @property {Promise<T>} promise
 * @property {(value: T) => void} resolve
 * @property {(error: unknown) => void} reject
 */

/**
 * Its rejection is not reported as unhandled: the state of the download says the same, and not
 * every page listens to both.
 *
 * @template T
 * @returns {Deferred<T>}
 */
export function deferred() {
  /** @type {Partial<Deferred<T>>} */
  const parts = {};
  const promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  promise.catch(() => {});
  return /** @type {Deferred<T>} */ ({ promise, ...parts });
}
