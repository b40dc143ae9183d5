// Many files, a few at a time: `autostart: false` shows them all, resume() starts the next one.
// `../pkg/index.js` is `rangeload` in a project that has installed it.
import { download } from "../pkg/index.js";

const AT_ONCE = 2;

const urls = Array.from({ length: 5 }, (_, index) => `/files/8MiB/part-${index + 1}.bin?rate=1MB&seed=${index}`);
const files = document.getElementById("files");
const words = document.getElementById("words");

const queue = urls.map((url) => {
  const task = download(url, { autostart: false, connections: 2 });
  const item = files.appendChild(document.createElement("li"));
  const show = () => (item.textContent = `${task.filename || url}: ${task.state} ${Math.floor((task.progress.ratio ?? 0) * 100)} %`);
  task.addEventListener("progress", show);
  show();
  return task;
});

const waiting = queue.values();
const failures = [];

async function work() {
  // Each worker takes the next file from the same iterator, also after one that fails.
  for (const task of waiting) {
    try {
      task.resume();
      await task.finished;
    } catch (error) {
      failures.push(`${task.filename || task.url}: ${error.message}`);
    }
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, work));
words.textContent =
  failures.length === 0
    ? `All ${queue.length} files are here.`
    : [`${queue.length - failures.length} of ${queue.length} files are here. Not these:`, ...failures].join("\n");
