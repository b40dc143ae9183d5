/**
 * Numbers as people read them. Nothing here knows of the page.
 */

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

/**
 * Bytes in the largest unit of which there is at least one, with one decimal where it is not a
 * whole number.
 *
 * @param {number} count
 */
export function bytes(count) {
  const power = count < 1 ? 0 : Math.floor(Math.log2(count) / 10);
  // One that would be rounded up to 1024 is shown as one of the next unit.
  const rounded = Math.round((count / 1024 ** power) * 10) / 10;
  const unit = Math.min(rounded >= 1024 ? power + 1 : power, UNITS.length - 1);
  const value = count / 1024 ** unit;
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
