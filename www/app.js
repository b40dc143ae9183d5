/**
 * The page: an address field and a list of everything this browser has begun to download.
 *
 * Made of the package's public API alone.
 */
import { download, downloads } from "./pkg/index.js";
import { readAddress } from "./address.js";
import { Item } from "./item.js";
import { reasonOf } from "./words.js";

/** @import { Download } from "./pkg/index.js" */

const SAMPLE = "/files/256MiB/sample.iso";

const form = find("form", HTMLFormElement);
const address = find("url", HTMLInputElement);
const message = find("message", HTMLElement);
const trouble = find("trouble", HTMLElement);
const list = find("downloads", HTMLUListElement);
const empty = find("empty", HTMLElement);
const status = find("status", HTMLElement);
const template = find("download", HTMLTemplateElement);

/** @type {Map<Download, Item>} */
const items = new Map();

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
function find(id, type) {
  const element = document.getElementById(id);
  if (element instanceof type) return element;
  throw new TypeError(`The page has no #${id}`);
}

/** @param {Download} download */
function show(download) {
  const known = items.get(download);
  if (known) return known;
  const item = new Item(download, template, {
    announce: (words) => (status.textContent = words),
    removed: () => drop(download, item),
    again: () => startAgain(download),
  });
  items.set(download, item);
  list.prepend(item.element);
  empty.hidden = true;
  return item;
}

/**
 * @param {Download} download
 * @param {Item} item
 */
function drop(download, item) {
  const focused = item.element.contains(document.activeElement);
  const next = item.element.nextElementSibling ?? item.element.previousElementSibling;
  items.delete(download);
  item.element.remove();
  empty.hidden = items.size > 0;
  if (!focused) return;
  /** @type {HTMLElement} */
  const heir = next?.querySelector("[data-action=remove]") ?? address;
  heir.focus();
}

/** @param {Download} gone */
function startAgain({ id, url }) {
  show(download(url, { id })).point();
}

/** @param {string} reason Empty where the address is in order. */
function judge(reason) {
  message.textContent = reason;
  address.setAttribute("aria-invalid", String(reason !== ""));
}

/** @returns {string | null} */
function typed() {
  try {
    const url = readAddress(address.value, document.baseURI);
    judge("");
    return url;
  } catch (error) {
    judge(reasonOf(error));
    address.focus();
    return null;
  }
}

async function restore() {
  try {
    for (const stored of await downloads()) {
      show(stored);
      if (stored.interrupted) stored.resume();
    }
  } catch (error) {
    fail(error);
  }
}

/**
 * The engine does not work here, whatever the address is.
 *
 * @param {unknown} error
 */
function fail(error) {
  trouble.textContent = reasonOf(error);
  empty.hidden = true;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const url = typed();
  if (url === null) return;
  try {
    const begun = download(url);
    const known = items.get(begun);
    if (known) known.point();
    else show(begun).reveal();
  } catch (error) {
    fail(error);
  }
});

address.addEventListener("input", () => judge(""));

const asked = new URLSearchParams(location.search).get("url");
address.value = asked ?? new URL(SAMPLE, location.href).href;
restore();
