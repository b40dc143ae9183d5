/**
 * Starts the engine, in a worker where one can be had and else in the page, and carries messages.
 *
 * Nothing is loaded before the first message, and nothing sent before the engine is ready: until
 * then it may still turn out to live elsewhere.
 *
 * @module
 */

/** @import { Configuration } from "./configure.js" */
/** @import { Fatal, Load, Report, ToEngine, ToPage } from "./messages.js" */

/** @typedef {Worker | MessagePort} Port */

/**
 * @typedef {object} Engine
 * @property {(message: ToEngine) => void} post
 * @property {() => boolean} end Whether it has ended, with all that it held and was told. The next
 *   message starts another one.
 */

/**
 * @param {(report: Report) => void} receive
 * @param {Configuration} configuration
 * @returns {Engine}
 */
export function startEngine(receive, { worker: wanted, wasm }) {
  /** @type {ToEngine[] | null} */
  let waiting = null;
  /** @type {Port | null} */
  let engine = null;
  /** @type {Worker | null} */
  let worker = null;
  /** @type {Fatal | null} */
  let fatal = null;

  /** @param {Fatal} report */
  function stop(report) {
    fatal = report;
    receive(report);
  }

  /** @param {Port} port */
  function listen(port) {
    port.onmessage = (/** @type {MessageEvent<ToPage>} */ { data }) => {
      if (data.type === "fatal") {
        stop(data);
      } else if (data.type === "ready") {
        engine = port;
        for (const message of waiting?.splice(0) ?? []) port.postMessage(message);
      } else {
        receive(data);
      }
    };
    port.postMessage(/** @type {Load} */ ({ type: "load", wasm }));
  }

  function startInWorker() {
    try {
      worker = makeWorker(wanted);
      // The caller's function may have given anything.
      listen(worker);
    } catch (error) {
      worker = null;
      startInPage(error);
      return;
    }
    worker.onerror = (event) => {
      // What is left of it would keep files and locks, and go on with what the page believes dead.
      endWorker();
      if (engine) stop(broken("stopped", event));
      else startInPage(event);
    };
  }

  function endWorker() {
    if (!worker) return false;
    worker.onmessage = worker.onerror = null;
    worker.terminate();
    worker = null;
    return true;
  }

  /** @param {unknown} [why] */
  async function startInPage(why) {
    try {
      const { serveInPage } = await import("./in-page.js");
      listen(serveInPage(why === undefined ? "" : words(why)));
    } catch (error) {
      stop(broken("could not be loaded", error));
    }
  }

  return {
    post(message) {
      if (fatal) {
        const report = fatal;
        queueMicrotask(() => receive(report));
      } else if (engine) {
        engine.postMessage(message);
      } else if (waiting) {
        waiting.push(message);
      } else {
        waiting = [message];
        if (wanted === false) startInPage();
        else startInWorker();
      }
    },
    end() {
      if (fatal || !endWorker()) return false;
      waiting = engine = null;
      return true;
    },
  };
}

/** @param {Configuration["worker"]} wanted */
function makeWorker(wanted) {
  if (typeof wanted === "function") return wanted();
  if (wanted) return new Worker(/** @type {string | URL} */ (wanted), { type: "module" });
  // Bundlers recognise this expression as it stands. Those that do not leave the address to the
  // page's directory, where a file of a commoner name may be someone else's worker.
  return new Worker(new URL("./rangeload-worker.js", import.meta.url), { type: "module" });
}

/**
 * @param {string} what
 * @param {unknown} why
 * @returns {Fatal}
 */
function broken(what, why) {
  const message = `The download engine ${what} (${words(why)}): reload the page to go on.`;
  return { type: "fatal", code: "storage", message };
}

/**
 * What an `Error` or an `ErrorEvent` says; the event of a script that cannot be loaded says
 * nothing.
 *
 * @param {unknown} error
 */
function words(error) {
  const { message } = /** @type {{ message?: unknown }} */ (error ?? {});
  return typeof message === "string" && message !== "" ? message : "the browser did not load its script";
}
