// A file that stays: the download is its own cache, and a service worker keeps the page.
const URL_ = "/files/16MiB/map.bin?rate=4MB";

const keep = document.getElementById("keep");
const forget = document.getElementById("forget");
const words = document.getElementById("words");

/** @param {import("../pkg/index.js").Download} task */
async function use(task) {
  keep.disabled = true;
  task.addEventListener("progress", () => show(task));
  show(task);
  forget.disabled = false;
  forget.onclick = () => task.remove();
  try {
    const file = await task.finished;
    // The end of the file, to show that all of it can be read.
    const tail = new Uint8Array(await file.slice(-4).arrayBuffer());
    words.textContent = `${file.name} is here: ${file.size} bytes, the last of them ${[...tail].join(" ")}.`;
  } catch (error) {
    words.textContent = error.message;
    keep.disabled = false;
  }
}

/** @param {import("../pkg/index.js").Download} task */
function show({ state, progress }) {
  keep.disabled = state !== "removed";
  words.textContent = `${state}: ${Math.floor((progress.ratio ?? 0) * 100)} %`;
}

/** Resolves when the service worker sees what this page loads. */
async function kept() {
  const { serviceWorker } = navigator;
  const controlled = new Promise((resolve) => serviceWorker.addEventListener("controllerchange", resolve));
  await serviceWorker.register("offline-worker.js");
  if (!serviceWorker.controller) await controlled;
}

await kept();
const { configure, download, downloads } = await import("../pkg/index.js");
// Of no use where the service worker stands at the root of the site, as it does for most.
configure({ worker: "offline-engine.js" });

keep.disabled = false;
keep.addEventListener("click", () => use(download(URL_)));

// Asks nothing of the network: what is complete is read from where it was stored.
const id = new URL(URL_, location.href).href;
const stored = (await downloads()).find((task) => task.id === id);
if (stored) {
  if (stored.state !== "complete") stored.resume();
  use(stored);
}
