/**
 * What `<rangeload-link>` says of a download, to be read or to be heard.
 *
 * @module
 */
import { isForTheBrowser } from "./element-actions.js";
import { bytes, percent, time } from "./element-numbers.js";
import { sentences } from "./element-sentences.js";

/** @import { Download, Saved } from "./index.js" */
/** @import { Labels } from "./element-labels.js" */

/**
 * How it stands.
 *
 * @param {Pick<Download, "state" | "progress" | "waiting">} download
 * @param {Saved | null} outcome Of the last attempt to save it.
 * @param {Labels} labels
 * @param {string | undefined} locale
 */
export function line(download, outcome, labels, locale) {
  const { state, progress } = download;
  const { received, total, ratio } = progress;
  const whole = total === null ? null : bytes(total, locale);
  const words = [labels.states[state]];
  if (received > 0) words.push(labels.amount(bytes(received, locale), whole));
  if (ratio !== null && state !== "complete") words.push(percent(ratio, locale));
  words.push(wait(download, labels, locale), outcome ? labels.saved[outcome] : "");
  return words.filter(Boolean).join(" · ");
}

/**
 * Why it waits, and until when; empty where it does not.
 *
 * @param {Pick<Download, "state" | "waiting">} download
 * @param {Labels} labels
 * @param {string | undefined} locale
 */
function wait({ state, waiting }, labels, locale) {
  if (state !== "waiting") return "";
  if (!waiting) return labels.elsewhere;
  const { error, until } = waiting;
  return labels.wait(error ? error.message : null, until === null ? null : time(until, locale));
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
 * @param {Pick<Download, "filename" | "state" | "waiting" | "error">} download
 * @param {Labels} labels
 * @param {string | undefined} locale
 */
export function announcement(download, labels, locale) {
  const { filename, state } = download;
  const why = wait(download, labels, locale) || reason(download, labels);
  return sentences(`${filename}: ${labels.states[state]}`, why);
}
