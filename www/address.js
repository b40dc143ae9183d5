/**
 * An address as people type it, made into one that can be asked for.
 *
 * A browser takes any text for a path of the page it shows. Here only what begins with a slash is
 * one: whoever leaves out the scheme means a server.
 */

const EXAMPLE = "https://example.org/file.iso";

/** Up to the first slash, a name with dots in it whose last part is no number. */
const HOST_AND_PATH = /^(?:[\p{L}\p{N}-]+\.)+(?!\d+[:/])[\p{L}\p{N}-]+(?::\d+)?\//u;

/** `localhost:8080` is no scheme. */
const SCHEME = /^[a-z][a-z\d+.-]*:(?!\d)/i;

/**
 * @param {string} text
 * @param {string} page The address of the page.
 * @returns {string} Absolute.
 * @throws {Error} with a sentence for whoever typed it.
 */
export function readAddress(text, page) {
  const typed = text.trim();
  if (typed === "") throw new Error(`The address is missing. One looks like ${EXAMPLE}`);
  const url = resolve(HOST_AND_PATH.test(typed) ? `https://${typed}` : typed, page);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    throw new Error(`The address must begin with https:// or http://, not with ${url.protocol}`);
  }
  if (url.username || url.password) {
    throw new Error("The address must not contain a user name or a password");
  }
  return url.href;
}

/**
 * @param {string} address
 * @param {string} page
 */
function resolve(address, page) {
  const ofThePage = address.startsWith("/");
  if (!ofThePage && !SCHEME.test(address)) {
    throw new Error(`The address must begin with https:// or http://, as ${EXAMPLE} does`);
  }
  try {
    // Of a page `https:a` would be a path, and it is meant to be a server.
    return ofThePage ? new URL(address, page) : new URL(address);
  } catch {
    throw new Error(`The address cannot be understood. One looks like ${EXAMPLE}`);
  }
}
