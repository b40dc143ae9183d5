// A file that stays: the download is its own cache, and a service worker keeps the page.
// `../pkg/index.js` is `rangeload` in a project that has installed it.

const ADDRESS = "/files/16MiB/map.bin?rate=4MB";

const [keep, forget, amount, words, page] = ["keep", "forget", "amount", "words", "page"].map((id) =>
  document.getElementById(id),
);

/** @type {import("../pkg/index.js").Download | null} */
let task = null;

/** @param {import("../pkg/index.js").Download} next */
function follow(next) {
  // After a failure it is the same one, and has its listeners; after a removal it is another.
  if (next !== task) {
    next.addEventListener("progress", () => showProgress(next));
    next.addEventListener("statechange", () => showState(next));
  }
  task = next;
  showProgress(task);
  showState(task);
}

function showProgress({ state, progress }) {
  const percent = progress.ratio === null ? "" : `${Math.floor(progress.ratio * 100)} %`;
  amount.textContent = state === "removed" ? "" : percent;
}

function showState(task) {
  const { state, error } = task;
  keep.disabled = !["paused", "failed", "removed"].includes(state);
  forget.disabled = state === "removed";
  words.textContent = state === "failed" ? error.message : state;
  if (state === "complete") task.finished.then(describe).then(tell, complain);
}

/** @param {File} file */
async function describe(file) {
  // The end of the file, to show that all of it can be read.
  const tail = new Uint8Array(await file.slice(-4).arrayBuffer());
  return `${file.name} is here: ${file.size} bytes, the last of them ${[...tail].join(" ")}.`;
}

function tell(sentence) {
  // By now it may have been forgotten.
  if (task?.state !== "removed") words.textContent = sentence;
}

function complain(error) {
  tell(error.message);
}

/** Waits until the service worker sees what this page loads. Says why it does not, or nothing. */
async function pageKept() {
  const { serviceWorker } = navigator;
  if (!serviceWorker) return "There are no service workers here, as on plain http: the file is kept, this page is not.";
  let registration;
  try {
    registration = await serviceWorker.register("offline-worker.js");
  } catch (error) {
    return `There is no service worker, so the file is kept and this page is not: ${error.message}`;
  }
  if (serviceWorker.controller) return "";
  const { active, installing } = registration;
  // It has taken over every page that it is going to.
  if (active?.state === "activated") return "A hard reload goes past the service worker. Reload once more to keep this page.";
  return new Promise((resolve) => {
    serviceWorker.addEventListener("controllerchange", () => resolve(""));
    installing?.addEventListener("statechange", () => {
      if (installing.state === "redundant") resolve("The service worker could not keep this page. The file is kept.");
    });
  });
}

page.textContent = await pageKept();
const { configure, download, downloads } = await import("../pkg/index.js");
// Of no use where the service worker stands at the root of the site, as it does for most.
configure({ worker: "offline-engine.js" });

keep.disabled = false;
keep.addEventListener("click", () => follow(download(ADDRESS)));
forget.addEventListener("click", () => task.remove().catch(complain));

try {
  // Asks nothing of the network: what is complete is read from where it was stored.
  const id = new URL(ADDRESS, location.href).href;
  const stored = (await downloads()).find((each) => each.id === id);
  if (stored && stored.state !== "complete") stored.resume();
  if (stored) follow(stored);
} catch (error) {
  complain(error);
}
