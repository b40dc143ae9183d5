// A consumer of a body: it counts how often each byte occurs, at its own pace, in constant memory.
// `../pkg/index.js` is `rangeload` in a project that has installed it.
import { resumableFetch } from "../pkg/index.js";

const bar = document.getElementById("bar");
const words = document.getElementById("words");
const again = document.getElementById("again");

/** @param {RequestInit} [init] */
async function count(init) {
  const began = performance.now();
  const response = await resumableFetch("/files/32MiB/model.bin?rate=4MB", init);
  if (!response.ok) throw new Error(`The server answered ${response.status}.`);
  bar.max = Number(response.headers.get("content-length"));
  const counts = new Uint32Array(256);
  let read = 0;
  const reader = response.body.getReader();
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    for (const byte of chunk.value) counts[byte]++;
    read += chunk.value.byteLength;
    bar.value = read;
  }
  const seconds = (performance.now() - began) / 1000;
  words.textContent = `${read} bytes in ${seconds.toFixed(1)} s, of which ${counts[0]} are zero.`;
}

/** @param {RequestInit} [init] */
async function run(init) {
  again.disabled = true;
  try {
    await count(init);
  } catch (error) {
    words.textContent = error.message;
  } finally {
    again.disabled = false;
  }
}

again.addEventListener("click", () => run({ cache: "reload" }));
run();
