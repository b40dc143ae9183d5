// One download with a bar. Called again after a reload, download() goes on with what is stored.
// `../pkg/index.js` is `rangeload` in a project that has installed it.
import { download } from "../pkg/index.js";

const ADDRESS = "/files/64MiB/sample.iso?rate=2MB&tag=progress";

const [bar, toggle, save, remove, amount, words] = ["bar", "toggle", "save", "remove", "amount", "words"].map((id) =>
  document.getElementById(id),
);

let task = begin();

toggle.addEventListener("click", () => {
  if (task.state === "removed") task = begin();
  else if (isAtRest()) task.resume();
  else task.pause();
});
// Called by a click: the browser may ask where to save.
save.addEventListener("click", () => task.save().catch(complain));
remove.addEventListener("click", () => task.remove().catch(complain));

function begin() {
  const task = download(ADDRESS);
  // Of the two, only what `statechange` shows is announced to screen readers.
  task.addEventListener("progress", () => showProgress(task));
  task.addEventListener("statechange", () => showState(task));
  showProgress(task);
  showState(task);
  return task;
}

function isAtRest() {
  return task.state === "paused" || task.state === "failed";
}

function showProgress({ state, progress }) {
  const { received, total, ratio, bytesPerSecond, secondsLeft } = progress;
  if (ratio === null) bar.removeAttribute("value");
  else bar.value = ratio;
  const speed = state === "downloading" ? `, ${megabytes(bytesPerSecond)} a second` : "";
  const left = secondsLeft === null ? "" : `, ${Math.ceil(secondsLeft)} s left`;
  const all = total === null ? "?" : megabytes(total);
  amount.textContent = state === "removed" ? "" : `${megabytes(received)} of ${all}${speed}${left}`;
}

function showState({ state, error }) {
  const labels = { paused: "Resume", failed: "Resume", removed: "Start again" };
  toggle.textContent = labels[state] ?? "Pause";
  toggle.disabled = state === "complete";
  save.disabled = state !== "complete";
  remove.disabled = state === "removed";
  words.textContent = state;
  if (state === "failed") complain(error);
}

function complain(error) {
  words.textContent = `${error.code}: ${error.message}`;
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
