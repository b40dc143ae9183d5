// Any library that takes a custom fetch can be given this one; here it is ky.
// `../pkg/index.js` is `rangeload` in a project that has installed it.
import ky from "../ky/index.js";
import { resumableFetch } from "../pkg/index.js";

const bar = document.getElementById("bar");
const words = document.getElementById("words");

const client = ky.create({
  fetch: resumableFetch,
  // A download tries again by itself, and takes as long as it takes.
  retry: 0,
  timeout: false,
});

try {
  const response = await client.get("/files/16MiB/weights.bin?rate=2MB", {
    onDownloadProgress: ({ percent }) => (bar.value = percent),
  });
  const bytes = await response.arrayBuffer();
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
  words.textContent = `${bytes.byteLength} bytes, SHA-256 ${hex}`;
} catch (error) {
  words.textContent = error.message;
}
