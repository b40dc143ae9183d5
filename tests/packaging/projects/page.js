/**
 * What every project does with the package: begins to download a file or goes on with it, and says
 * how far it is. Copied into each project's src/.
 *
 * @module
 */

/** @typedef {import("rangeload").Download} Download */

/**
 * @typedef {object} Package
 * @property {(url: string) => Download} download
 * @property {() => Promise<Download[]>} downloads
 */

/**
 * @typedef {object} Status
 * @property {number} stored How many downloads were there on arrival.
 * @property {number} received
 * @property {string | null} fallback What the package says when it can start no worker.
 * @property {boolean} isolated
 * @property {string | null} sha256 Of the file, once it is complete.
 * @property {string | null} error
 */

/**
 * @param {Package} rangeload
 * @param {string} file
 * @param {(status: Status) => void} report
 */
export async function run({ download, downloads }, file, report) {
  /** @type {Status} */
  const status = { stored: 0, received: 0, fallback: null, isolated: crossOriginIsolated, sha256: null, error: null };
  const warn = console.warn;
  console.warn = (...words) => {
    if (String(words[0]).startsWith("rangeload")) status.fallback = String(words[0]);
    warn.apply(console, words);
  };
  try {
    status.stored = (await downloads()).length;
    const it = download(file);
    it.addEventListener("progress", () => {
      status.received = it.progress.received;
      report(status);
    });
    status.sha256 = await sha256(await it.finished);
  } catch (error) {
    status.error = String(error);
  }
  report(status);
}

/**
 * The same by a link that a framework has made, with what is bound to it.
 *
 * @param {import("rangeload/element").RangeloadLink} link
 * @param {Package["downloads"]} downloads
 * @param {() => number} heard How often the framework has heard of a new state.
 */
export async function follow(link, downloads, heard) {
  const download = () => {
    link.start();
    if (link.download?.id !== "bound") throw new Error("the attribute download-id is not bound");
    if (link.getAttribute("connections") !== "2") throw new Error("the attribute connections is not bound");
    return link.download;
  };
  await run({ download, downloads }, "", (status) => {
    const deaf = status.sha256 !== null && heard() === 0;
    show(deaf ? { ...status, error: "the listener is not bound" } : status);
  });
}

/** The file that the page is asked for. */
export function file() {
  return new URLSearchParams(location.search).get("file") ?? "";
}

/** @param {Status} status */
export function show(status) {
  document.documentElement.dataset["status"] = JSON.stringify(status);
}

/** @param {Blob} blob */
async function sha256(blob) {
  const digest = await crypto.subtle.digest("SHA-256", await blob.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
