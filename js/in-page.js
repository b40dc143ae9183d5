/**
 * The engine in the page itself, where it has no worker.
 *
 * @module
 */
import { serve } from "./engine.js";

/**
 * @param {string} why Why there is no worker; empty where none was wanted.
 * @returns {MessagePort}
 */
export function serveInPage(why) {
  if (why) {
    console.warn(
      `rangeload: no worker can be started (${why}), so the page does its work. To have one, let worker-src ` +
        "of the Content-Security-Policy allow 'self' and serve rangeload-worker.js of the package from " +
        "the page's origin, or say where it is: configure({ worker }), which also takes a function that makes it " +
        "or a TrustedScriptURL.",
    );
  }
  const { port1, port2 } = new MessageChannel();
  serve(port2);
  return port1;
}
