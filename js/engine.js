/**
 * The engine behind a port: carries its wasm with it, so that no bundler has to find a file.
 *
 * The same module runs in a worker and, where none can be started, in the page.
 *
 * @module
 */
import init, { Engine } from "./rangeload.js";
import { wasm } from "./wasm.js";

/** @import { Fatal, Load } from "./messages.js" */

/**
 * A worker's global scope or a message port.
 *
 * @typedef {object} EnginePort
 * @property {(message: object, options?: StructuredSerializeOptions) => void} postMessage
 * @property {((event: MessageEvent) => void) | null} onmessage
 */

/**
 * Waits for the message that says which wasm to run; says `ready` when others may be sent, or
 * `fatal` when there is no use in it.
 *
 * @param {EnginePort} port
 */
export function serve(port) {
  port.onmessage = (/** @type {MessageEvent<Load>} */ { data }) => start(port, data.wasm);
}

/**
 * @param {EnginePort} port
 * @param {Load["wasm"]} given
 */
async function start(port, given) {
  try {
    await init({ module_or_path: given ?? (await decode(wasm)) });
    const engine = new Engine((/** @type {{ value?: unknown }} */ message) => {
      const { value } = message;
      port.postMessage(message, { transfer: value instanceof Uint8Array ? [value.buffer] : [] });
    });
    port.onmessage = ({ data }) => engine.handle(data);
    port.postMessage({ type: "ready" });
  } catch (error) {
    port.postMessage(given ? misconfigured(error) : refusal(error));
  }
}

/**
 * Base64 is what servers compress badly: of the compressed module it is a quarter shorter on the
 * way than of the module itself.
 *
 * @param {string} base64 Of the module in gzip's format.
 */
async function decode(base64) {
  const zipped = new Blob([bytes(base64)]).stream();
  return new Response(zipped.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

/** @param {string} base64 */
function bytes(base64) {
  const { fromBase64 } = /** @type {{ fromBase64?: (text: string) => Uint8Array<ArrayBuffer> }} */ (
    Uint8Array
  );
  if (fromBase64) return fromBase64.call(Uint8Array, base64);
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
}

/**
 * @param {unknown} error
 * @returns {Fatal}
 */
function misconfigured(error) {
  const message = `The wasm given to configure() cannot be used (${words(error)}).`;
  return { type: "fatal", code: "invalid", message };
}

/**
 * @param {unknown} error
 * @returns {Fatal}
 */
function refusal(error) {
  const missing = ["WebAssembly", "DecompressionStream"].find((name) => !(name in globalThis));
  if (missing) {
    const message = `This browser has no ${missing}, or it is switched off, and the engine needs it.`;
    return { type: "fatal", code: "blocked", message };
  }
  // The bytes are known to be good: what does not compile has been forbidden.
  if (error instanceof WebAssembly.CompileError || error instanceof EvalError) {
    const message = `The page's Content-Security-Policy must allow 'wasm-unsafe-eval' in script-src (${words(error)}).`;
    return { type: "fatal", code: "blocked", message };
  }
  const message = `The download engine could not start (${words(error)}): reload the page.`;
  return { type: "fatal", code: "storage", message };
}

/** @param {unknown} error */
function words(error) {
  return error instanceof Error ? error.message : String(error);
}
