/**
 * What holds for the whole page: where the engine's worker and wasm are, in set-ups where the
 * package cannot find them itself, and what the browser is asked for.
 *
 * @module
 */
import { invalid } from "./error.js";
import { flag, readEach, resolve } from "./options.js";

/**
 * A TrustedScriptURL, in projects whose types know the name.
 *
 * @typedef {typeof globalThis extends { window: { TrustedScriptURL: { prototype: infer T } } } ? T : never} TrustedAddress
 */

/**
 * What holds for the whole page. `worker` and `wasm` are for set-ups in which the package cannot
 * find its parts.
 *
 * @typedef {object} Configuration
 * @property {string | URL | TrustedAddress | (() => Worker) | false} [worker] The address of a module
 *   that imports `rangeload/worker`, also as a TrustedScriptURL, or a function that makes a worker of
 *   such a module; false: no worker, the engine works in the page. Default: `rangeload-worker.js` of
 *   the package.
 * @property {string | URL | BufferSource | WebAssembly.Module} [wasm] `rangeload/rangeload.wasm`,
 *   its bytes, or what they compile to. Default: the copy inside the package.
 * @property {boolean} [persist] Whether to ask the browser, once the first bytes arrive, to keep
 *   what is stored when it runs short of space. Firefox asks the user. Default: true.
 */

/** @type {Record<string, (value: any) => unknown>} */
const READERS = {
  worker(value) {
    const { TrustedScriptURL } = /** @type {{ TrustedScriptURL?: Function }} */ (globalThis);
    const trusted = TrustedScriptURL && value instanceof TrustedScriptURL;
    if (value === false || typeof value === "function" || trusted) return value;
    return address("worker", value, "must be a URL, a function that makes a Worker, or false");
  },
  wasm(value) {
    const { Module } = globalThis.WebAssembly ?? {};
    const ready = value instanceof ArrayBuffer || ArrayBuffer.isView(value) || (Module && value instanceof Module);
    return ready ? value : address("wasm", value, "must be a URL, bytes or a WebAssembly.Module");
  },
  persist: (value) => flag("persist", value),
};

/**
 * @param {unknown} options
 * @returns {Configuration}
 */
export function readConfiguration(options) {
  return readEach(READERS, options);
}

/**
 * Absolute: a worker has another base than the page.
 *
 * @param {string} name
 * @param {unknown} value
 * @param {string} otherwise
 */
function address(name, value, otherwise) {
  const isAddress = value instanceof URL || (typeof value === "string" && value.trim());
  if (!isAddress) throw invalid(name, otherwise);
  return resolve(value, name).href;
}
