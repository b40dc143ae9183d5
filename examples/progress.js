// One download with a bar. Called again after a reload, download() goes on with what is stored.
import { download } from "../pkg/index.js";

const [bar, toggle, save, remove, words] = ["bar", "toggle", "save", "remove", "words"].map((id) =>
  document.getElementById(id),
);

const task = download("/files/64MiB/sample.iso?rate=2MB&tag=progress");

task.addEventListener("progress", show);
show();

toggle.addEventListener("click", () => (isAtRest() ? task.resume() : task.pause()));
// Called by a click: the browser may ask where to save.
save.addEventListener("click", () => task.save().catch(complain));
remove.addEventListener("click", () => task.remove().catch(complain));

function isAtRest() {
  return task.state === "paused" || task.state === "failed";
}

function show() {
  const { received, total, ratio, bytesPerSecond, secondsLeft } = task.progress;
  if (ratio === null) bar.removeAttribute("value");
  else bar.value = ratio;
  toggle.textContent = isAtRest() ? "Resume" : "Pause";
  toggle.disabled = ["complete", "removed"].includes(task.state);
  save.disabled = task.state !== "complete";
  const speed = task.state === "downloading" ? `, ${megabytes(bytesPerSecond)} a second` : "";
  const left = secondsLeft === null ? "" : `, ${Math.ceil(secondsLeft)} s left`;
  words.textContent = `${task.state}: ${megabytes(received)} of ${total === null ? "?" : megabytes(total)}${speed}${left}`;
  if (task.state === "failed") complain(task.error);
}

function complain(error) {
  words.textContent = `${error.code}: ${error.message}`;
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
