/**
 * Has the engine find out what a server allows; the judgement is the engine's.
 *
 * @module
 */
import { unlessAborted } from "./abort.js";
import { readEach, readUrl, REQUEST_READERS } from "./options.js";

/** @import { Diagnosis, Question } from "./messages.js" */

/**
 * @param {(question: Question) => Promise<Diagnosis>} ask
 * @param {unknown} url
 * @param {unknown} options
 * @returns {Promise<Diagnosis>}
 */
export async function judge(ask, url, options = {}) {
  const { signal, ...rest } = readEach(REQUEST_READERS, options);
  const question = /** @type {const} */ ({ type: "diagnose", url: readUrl(url), options: rest });
  signal?.throwIfAborted();
  return unlessAborted(ask(question), signal);
}
