/**
 * The attributes of `<rangeload-link>`.
 *
 * @module
 */

/** @import { DownloadOptions } from "./index.js" */

/**
 * From an attribute to the option of `download()` that it stands for.
 *
 * @type {Record<string, [keyof DownloadOptions, ((value: string) => unknown)?]>}
 */
const OPTIONS = {
  "download-id": ["id"],
  filename: ["filename"],
  connections: ["connections", (value) => (value === "auto" ? value : Number(value))],
  credentials: ["credentials"],
  digest: ["digest"],
  mirrors: ["mirrors", (value) => value.split(/\s+/).filter(Boolean)],
  "on-changed": ["onChanged"],
  referrerpolicy: ["referrerPolicy"],
  storage: ["storage"],
};

export const ATTRIBUTES = Object.keys(OPTIONS);

/**
 * What a link is to be downloaded with.
 *
 * @param {Element} element
 * @param {HTMLAnchorElement} link
 */
export function optionsOf(element, link) {
  /** @type {Record<string, unknown>} */
  const options = link.download ? { filename: link.download } : {};
  for (const [attribute, [option, read = String]] of Object.entries(OPTIONS)) {
    const value = element.getAttribute(attribute);
    if (value !== null) options[option] = read(value);
  }
  return options;
}
