/**
 * Numbers as people read them. Nothing here knows of the page.
 */

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/**
 * Bytes in the largest unit of which there is at least one, with one decimal where it is not a
 * whole number.
 *
 * @param {number} count
 */
export function bytes(count) {
  let unit = 0;
  // One that would be rounded up to 1000 is shown as one of the next unit.
  while (unit < UNITS.length - 1 && Math.round((count / 1000 ** unit) * 10) >= 10_000) unit++;
  const value = count / 1000 ** unit;
  const digits = Number.isInteger(value) || unit === 0 ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** @param {number} bytesPerSecond */
export function speed(bytesPerSecond) {
  return `${bytes(bytesPerSecond)}/s`;
}

/**
 * Rounded down: only what is whole is 100 %.
 *
 * @param {number} ratio From 0 to 1.
 */
export function percent(ratio) {
  return `${Math.floor(ratio * 100)}%`;
}

/**
 * In two units at most, rounded up.
 *
 * @param {number} seconds
 */
export function duration(seconds) {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return pair(whole, 60, "min", 1, "s");
  if (whole < 86_400) return pair(whole, 3600, "h", 60, "min");
  return pair(whole, 86_400, "d", 3600, "h");
}

/**
 * @param {number} seconds
 * @param {number} large Seconds in the large unit.
 * @param {string} largeName
 * @param {number} small Seconds in the small unit.
 * @param {string} smallName
 */
function pair(seconds, large, largeName, small, smallName) {
  const rest = Math.floor((seconds % large) / small);
  const first = `${Math.floor(seconds / large)} ${largeName}`;
  return rest === 0 ? first : `${first} ${rest} ${smallName}`;
}
