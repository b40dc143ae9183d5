/**
 * Hands a finished file to the user, as a link with the attribute `download` does.
 *
 * @module
 */
import { invalid } from "./error.js";

/**
 * @param {string} objectUrl It must stay alive: when the browser has read it is not told.
 * @param {string} filename
 */
export function save(objectUrl, filename) {
  if (!globalThis.document) throw invalid("save", "needs a page: a worker cannot save a file");
  const link = document.createElement("a");
  link.href = objectUrl;
  link.download = filename;
  link.click();
}
