/**
 * Notes what the link tells its page and its reader, and puts others in its place.
 *
 * @module
 */
import "/pkg/element.js";

const heard = { progress: 0, states: [], bubbled: 0, said: [] };

const names = ["progress", "statechange"];

/** @param {Element & { download: import("/pkg/index.js").Download }} link */
function listen(link) {
  link.addEventListener("progress", () => (heard.progress += 1));
  link.addEventListener("statechange", () => heard.states.push(link.download?.state ?? "removed"));
  const status = link.shadowRoot.querySelector("[role=status]");
  new MutationObserver(() => heard.said.push(status.textContent)).observe(status, { childList: true });
}

/**
 * A link in the place of the one that is there.
 *
 * @param {Record<string, string>} attributes
 * @param {string} href
 */
function place(attributes, href) {
  const anchor = document.createElement("a");
  anchor.href = href;
  anchor.download = "";
  anchor.textContent = "the file";
  const link = document.createElement("rangeload-link");
  for (const [name, value] of Object.entries(attributes)) link.setAttribute(name, value);
  link.append(anchor);
  document.querySelector("rangeload-link").replaceWith(link);
  listen(link);
}

for (const name of names) document.addEventListener(name, () => (heard.bubbled += 1));
listen(document.querySelector("rangeload-link"));
Object.assign(window, { heard, place });
