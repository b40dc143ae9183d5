// Many files, a few at a time: `autostart: false` shows them all, resume() starts the next one.
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

async function work() {
  // Each worker takes the next file from the same iterator.
  for (const task of waiting) {
    task.resume();
    await task.finished;
  }
}

try {
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  words.textContent = `All ${queue.length} files are here.`;
} catch (error) {
  words.textContent = `${error.code}: ${error.message}`;
}
