/**
 * Words that others wrote, put together: some end with a stop, and some do not.
 *
 * @module
 */

/**
 * One after the other; the last one ends as it came.
 *
 * @param {(string | false | null | undefined)[]} parts
 */
export function sentences(...parts) {
  let text = "";
  for (const part of parts) {
    if (part) text = text ? `${/[.!?…。]$/.test(text) ? text : `${text}.`} ${part}` : part;
  }
  return text;
}
