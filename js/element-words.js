/**
 * What `<rangeload-link>` says of a download, to be read or to be heard.
 *
 * @module
 */
import { isForTheBrowser } from "./element-actions.js";
import { bytes, percent } from "./element-numbers.js";
import { sentences } from "./element-sentences.js";

/** @import { Download } from "./index.js" */
/** @import { Labels } from "./element-labels.js" */

/**
 * How it stands.
 *
 * @param {Pick<Download, "state" | "progress">} download
 * @param {Labels} labels
 * @param {string | undefined} locale
 */
export function line({ state, progress: { received, total, ratio } }, { states, amount }, locale) {
  const whole = total === null ? null : bytes(total, locale);
  const words = [states[state]];
  if (received > 0) words.push(amount(bytes(received, locale), whole));
  if (ratio !== null && state !== "complete") words.push(percent(ratio, locale));
  return words.join(" · ");
}

/**
 * Why it failed, and what to do then; empty where it has not.
 *
 * @param {Pick<Download, "state" | "error">} download
 * @param {Labels} labels
 */
export function reason(download, { native }) {
  if (download.state !== "failed") return "";
  return sentences(download.error?.message, isForTheBrowser(download) && native);
}

/**
 * What is heard of a new state.
 *
 * @param {Pick<Download, "filename" | "state" | "error">} download
 * @param {Labels} labels
 */
export function announcement(download, labels) {
  const { filename, state } = download;
  return sentences(`${filename}: ${labels.states[state]}`, reason(download, labels));
}
