/**
 * Parts of the package that are fetched when they are first used.
 *
 * @module
 */
import { DownloadError } from "./error.js";

/**
 * @template T
 * @param {Promise<T>} module
 * @returns {Promise<T>}
 */
export async function load(module) {
  try {
    return await module;
  } catch (cause) {
    const message = `a part of rangeload cannot be loaded: ${/** @type {Error} */ (cause).message}`;
    throw new DownloadError("network", message, { retryable: true, cause });
  }
}
