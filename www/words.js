/**
 * What the page says of a download, to be read or to be heard.
 */

/** @import { Download, State } from "./pkg/index.js" */

/** @type {Record<State, string>} */
export const STATES = {
  connecting: "Connecting",
  downloading: "Downloading",
  waiting: "Waiting",
  paused: "Paused",
  verifying: "Verifying",
  complete: "Complete",
  failed: "Failed",
  removed: "Removed",
};

/**
 * What it is called: before the engine has read an address, there is no other name.
 *
 * @param {Pick<Download, "filename" | "url">} download
 */
export function nameOf({ filename, url }) {
  return filename || url;
}

/**
 * An error without its code, which is for those who can look it up.
 *
 * @param {unknown} error
 */
export function reasonOf(error) {
  const { message } = /** @type {Partial<Error>} */ (error ?? {});
  return message ?? "";
}
