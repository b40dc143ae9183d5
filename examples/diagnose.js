// Two requests that are cancelled as soon as they are answered say what a download would meet.
// `../pkg/index.js` is `rangeload` in a project that has installed it.
import { diagnose } from "../pkg/index.js";

const form = document.getElementById("form");
const url = document.getElementById("url");
const words = document.getElementById("words");
const advice = document.getElementById("advice");

url.value = new URL("/files/1GiB/sample.iso?validators=none", location.href).href;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  advice.textContent = "";
  try {
    const found = await diagnose(url.value);
    const how = found.parallel ? "several connections" : "one connection";
    const after = found.resumable ? "goes on after an interruption" : "starts over after an interruption";
    words.textContent = `${found.filename}, ${found.size ?? "?"} bytes: ${how}, ${after}.`;
    advice.textContent = found.advice.map(({ problem, headers }) => [problem, ...headers].join("\n    ")).join("\n");
  } catch (error) {
    words.textContent = error.message;
  }
});
