/**
 * What the page says of a download, to be read or to be heard.
 */
import { bytes } from "./format.js";

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
 * What is waited for, and until when; without either, it is another tab.
 *
 * @param {Download["waiting"]} waiting
 */
export function waitOf(waiting) {
  if (!waiting) return "Another tab has it.";
  const { error, until } = waiting;
  const why = error ? sentence(error.message) : "The server asks to be left alone for a while.";
  return until === null ? why : `${why} Next try at ${new Date(until).toLocaleTimeString()}.`;
}

/** @param {string} words */
function sentence(words) {
  return ended(`${words.slice(0, 1).toUpperCase()}${words.slice(1)}`);
}

/**
 * Some of what others wrote ends with a stop, and some does not.
 *
 * @param {string} words
 */
function ended(words) {
  return /[.!?…。]$/.test(words) ? words : `${words}.`;
}

/**
 * One after the other; the last one ends as it came.
 *
 * @param {string[]} parts
 */
export function sentences(...parts) {
  return parts.filter(Boolean).reduce((text, part) => (text ? `${ended(text)} ${part}` : part), "");
}

/**
 * An error without its code, which is for those who can look it up.
 *
 * @param {unknown} error
 */
export function reasonOf(error) {
  const { code, message = "", detail } = known(error);
  if (code !== "quota" || !detail) return message;
  const { missing = null } = detail;
  return `there is no room for it in this browser${missing === null ? "" : `: ${bytes(missing)} more are needed`}`;
}

/**
 * What to do where a download has failed with that error; empty where its buttons are all there is.
 *
 * @param {unknown} error
 */
export function adviceOf(error) {
  const { code, detail } = known(error);
  if (code === "blocked") return "The link above still works: the browser can download the file by itself.";
  // Without the detail it is the place that it was to be saved to that is full.
  if (code === "quota" && detail) return "Remove others here or free space on the disk, then resume.";
  return "";
}

/**
 * @param {unknown} error
 * @returns {Partial<NonNullable<Download["error"]>>}
 */
function known(error) {
  return error ?? {};
}
