/**
 * Starts the engine, in a worker where one can be had and else in the page, and carries messages.
 *
 * Nothing is loaded before the first message, and nothing sent before the engine is ready: until
 * then it may still turn out to live elsewhere.
 *
 * @module
 */

/** @import { Fatal, Report, ToEngine, ToPage } from "./messages.js" */

/** @typedef {Worker | MessagePort} Port */

/**
 * @param {(report: Report) => void} receive
 * @returns {(message: ToEngine) => void}
 */
export function startEngine(receive) {
  /** @type {ToEngine[] | null} */
  let waiting = null;
  /** @type {Port | null} */
  let engine = null;
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
  }

  function startInWorker() {
    /** @type {Worker} */
    let worker;
    try {
      // Bundlers recognise this expression as it stands. Those that do not leave the address to
      // the page's directory, where a file of a commoner name may be someone else's worker.
      worker = new Worker(new URL("./rangeload-worker.js", import.meta.url), { type: "module" });
    } catch (error) {
      startInPage(error);
      return;
    }
    listen(worker);
    worker.onerror = (event) => {
      if (engine) {
        stop(broken(event));
      } else {
        worker.onerror = null;
        worker.terminate();
        startInPage(event);
      }
    };
  }

  /** @param {unknown} why */
  async function startInPage(why) {
    console.warn(`rangeload: no worker can be started (${words(why)}); the page does its work.`);
    try {
      const { serve } = await import("./engine.js");
      const { port1, port2 } = new MessageChannel();
      listen(port1);
      serve(port2);
    } catch (error) {
      stop({
        type: "fatal",
        code: "storage",
        message: `The download engine could not be loaded (${words(error)}): reload the page.`,
      });
    }
  }

  return (message) => {
    if (fatal) {
      const report = fatal;
      queueMicrotask(() => receive(report));
    } else if (engine) {
      engine.postMessage(message);
    } else if (waiting) {
      waiting.push(message);
    } else {
      waiting = [message];
      startInWorker();
    }
  };
}

/**
 * @param {unknown} why
 * @returns {Fatal}
 */
function broken(why) {
  const message = `The download engine stopped (${words(why)}): reload the page to go on.`;
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
