/**
 * Numbers and times as `<rangeload-link>` writes them, in a language that is given: undefined stands
 * for that of the browser.
 *
 * @module
 */

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

/**
 * The language that an attribute `lang` names; undefined where it names none.
 *
 * @param {string | null | undefined} tag
 */
export function localeOf(tag) {
  try {
    return Intl.getCanonicalLocales(tag ?? "")[0];
  } catch {
    // Pages write what they like there, and `Intl` throws.
    return undefined;
  }
}

/**
 * By powers of 1000, as the units of `Intl` mean.
 *
 * @param {number} count
 * @param {string | undefined} locale
 */
export function bytes(count, locale) {
  let power = 0;
  while (power < UNITS.length - 1 && count >= 1000 ** (power + 1)) power++;
  const unit = UNITS[power] ?? "byte";
  const digits = { maximumFractionDigits: power > 1 ? 1 : 0 };
  return new Intl.NumberFormat(locale, { style: "unit", unit, ...digits }).format(count / 1000 ** power);
}

/**
 * Rounded down: only what is whole is 100 %.
 *
 * @param {number} ratio
 * @param {string | undefined} locale
 */
export function percent(ratio, locale) {
  return new Intl.NumberFormat(locale, { style: "percent" }).format(Math.floor(ratio * 100) / 100);
}

/**
 * No wait is longer than a day, so the time says it all.
 *
 * @param {number} milliseconds As of `Date.now()`.
 * @param {string | undefined} locale
 */
export function time(milliseconds, locale) {
  return new Date(milliseconds).toLocaleTimeString(locale);
}
