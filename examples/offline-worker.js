// Keeps the page and its scripts: from the network where there is one, else as they last were.
// Ranges of files are none of its business: the download stores them itself.

const CACHE = "rangeload-example";

/** What was loaded before there was anyone to keep it. */
const PAGE = ["offline.html", "offline.js", "example.css", "../favicon.svg"];

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const own = new URL(request.url).origin === location.origin;
  if (own && request.method === "GET" && !request.headers.has("range")) event.respondWith(answer(request));
});

async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll(PAGE);
  await self.skipWaiting();
}

async function answer(request) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(request);
    if (kept) return kept;
    throw error;
  }
}
