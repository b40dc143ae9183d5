/**
 * `<rangeload-link>` around an ordinary `<a href>`: without JavaScript it is that link, with it a
 * click downloads in segments.
 *
 * It is made of the public API alone. What it looks like is in `element-view.js`; here is what a
 * click, an attribute or a move in the document means.
 *
 * @module
 */
import { download, downloads } from "./index.js";
import { isForTheBrowser, isSpoilt, toggleOf } from "./element-actions.js";
import { LABELS } from "./element-labels.js";
import { ATTRIBUTES, optionsOf } from "./element-options.js";
import { View } from "./element-view.js";

/** @import { Download, Saved, SaveOptions } from "./index.js" */

/** @typedef {import("./element-labels.js").Labels} Labels */

/** A click with one of these held asks the browser for something else. */
const OTHER_KEYS = /** @type {const} */ (["altKey", "ctrlKey", "metaKey", "shiftKey"]);

/** On a server there are no elements, and importing this does nothing. */
const Base = /** @type {typeof HTMLElement} */ (globalThis.HTMLElement ?? class {});

/**
 * One list for all elements that ask at the same time.
 *
 * @type {Promise<Download[]> | null}
 */
let listing = null;

function stored() {
  listing ??= downloads().finally(() => (listing = null));
  return listing;
}

/**
 * `<rangeload-link>`, registered by importing `rangeload/element`. Put an ordinary
 * `<a href="…" download>` inside: a click on it downloads and, when the file is complete, saves it.
 * After a reload the element shows where the download stands, and goes on if it was cut off. Where
 * a page may not read the file (`blocked`), cannot store it (`quota`, `storage`), or an option is
 * refused, it works as an ordinary link.
 *
 * | attribute | option of `download()` |
 * |---|---|
 * | `download-id` | `id` |
 * | `filename` | `filename`; default: the link's attribute `download` |
 * | `connections` | `connections` |
 * | `credentials` | `credentials` |
 * | `referrerpolicy` | `referrerPolicy` |
 * | `on-changed` | `onChanged` |
 * | `storage` | `storage` |
 * | `digest`, `mirrors` | of the same names; mirrors are separated by spaces |
 *
 * They take effect at the next start; `href` and `download-id` at once. The other options of
 * `download()` have no attribute.
 *
 * Events: `progress`, a `ProgressEvent`, and `statechange`, when they come on a `Download`. They do
 * not bubble.
 *
 * | part | what it is |
 * |---|---|
 * | `panel` | all that the element adds; the state is another part of it, as in `::part(panel paused)` |
 * | `bar`, `stored`, `arriving` | the progress bar, and in it bytes that are there or on their way: SVG rectangles, coloured by `fill` |
 * | `text`, `error` | the state in words, and what went wrong |
 * | `button` | each button; also `toggle`, `save` or `remove` |
 *
 * Numbers are written in the language of the nearest attribute `lang`, or else of the browser.
 *
 * Custom properties: `--rangeload-accent`, `--rangeload-track` and `--rangeload-error` (colours),
 * `--rangeload-gap`, `--rangeload-bar-width` and `--rangeload-bar-height` (lengths). The colours
 * that it has by itself follow `color-scheme`: a dark page must declare that.
 */
export class RangeloadLink extends Base {
  /** @internal */
  static observedAttributes = ATTRIBUTES;

  /**
   * Static, `RangeloadLink.labels`: the words of all elements. When replaced, each element shows
   * the new ones from its next change on.
   *
   * @type {Labels}
   */
  static labels = LABELS;

  /** @type {View | null} */
  #view = null;
  /** @type {Download | null} */
  #download = null;
  /** Ends with the listeners on the download. */
  #watch = new AbortController();
  /** @type {MutationObserver | null} */
  #observer = null;
  /** The download that was last looked for. */
  #sought = "";
  /** The user has asked for the file, and it has not been saved since. */
  #wanted = false;
  /**
   * What came of the last attempt to save what is complete.
   *
   * @type {Saved | null}
   */
  #outcome = null;
  /**
   * What is being removed to make room for the same file anew.
   *
   * @type {Download | null}
   */
  #spoilt = null;

  /** What the link has begun or found stored; null before. */
  get download() {
    return this.#download;
  }

  /**
   * What a click on the link does: starts, goes on, or saves what is complete. Where the file has
   * changed or is not the one that a digest promises, what is stored is removed first.
   */
  start() {
    this.#wanted = true;
    const it = this.#download;
    if (it?.state === "complete") this.#deliver();
    else if (it && isSpoilt(it)) this.#startAgain(it);
    else this.#begin();
  }

  /** @internal */
  connectedCallback() {
    if (!this.#view) {
      const root = this.attachShadow({ mode: "open" });
      this.#view = new View(root, (...which) => this.#act(...which), () => this.#render());
      this.addEventListener("click", (event) => this.#click(event));
    }
    this.#observer = new MutationObserver(() => this.#seek());
    this.#observer.observe(this, { attributeFilter: ["href"], childList: true, subtree: true });
    const gone = this.#download?.state === "removed";
    this.#show(gone ? null : this.#download);
    this.#seek();
    // It may have been completed while nobody listened.
    this.#deliver();
  }

  /** @internal */
  disconnectedCallback() {
    this.#observer?.disconnect();
    this.#watch.abort();
  }

  /** @internal */
  attributeChangedCallback() {
    if (this.isConnected) this.#seek();
  }

  get #link() {
    return this.querySelector("a");
  }

  /** The identity of what the link leads to; empty where it leads to nothing. */
  get #id() {
    const link = this.#link;
    return link?.href ? (this.getAttribute("download-id") ?? link.href.split("#", 1)[0] ?? "") : "";
  }

  /** Shows what is stored under the link's identity, and goes on with what was cut off. */
  async #seek() {
    const id = this.#id;
    if (id === this.#sought) return;
    this.#sought = id;
    // Nobody has asked for what the link leads to now.
    this.#wanted = false;
    this.#show(null);
    if (!id) return;
    try {
      const found = (await stored()).find((known) => known.id === id);
      if (!found || id !== this.#sought || this.#download) return;
      // Nobody would end what it begins now: it is looked for when the link is there again.
      if (!this.isConnected) return void (this.#sought = "");
      this.#show(found);
      if (found.interrupted) this.#begin();
    } catch {
      // Whatever keeps the engine from working is said when someone wants the file.
      this.#sought = "";
    }
  }

  /** @param {MouseEvent} event */
  #click(event) {
    const { button, defaultPrevented, target } = event;
    const link = target instanceof Element ? target.closest("a") : null;
    const meant = link && link === this.#link && button === 0 && !defaultPrevented;
    if (!meant || !link.href || OTHER_KEYS.some((key) => event[key])) return;
    if (isForTheBrowser(this.#download)) return;
    try {
      this.start();
      event.preventDefault();
    } catch (error) {
      // It stays the link that it is.
      console.error(error);
    }
  }

  #begin() {
    const link = this.#link;
    if (!link) return;
    const begun = download(link.href, optionsOf(this, link));
    this.#sought = this.#id;
    this.#show(begun);
    // Another element, or a script, may have completed it.
    this.#deliver();
  }

  /** @param {Download} spoilt */
  async #startAgain(spoilt) {
    this.#spoilt = spoilt;
    try {
      await spoilt.remove();
      // Unless the link leads to something else by now, or is gone.
      if (this.#download === spoilt && this.isConnected) this.#begin();
      this.#spoilt = null;
    } catch (error) {
      this.#spoilt = null;
      this.#render();
      this.#view?.complain(error);
    }
  }

  /**
   * @param {import("./element-actions.js").Action} action
   * @param {MouseEvent} press
   */
  async #act(action, press) {
    const it = this.#download;
    if (!it) return;
    if (action === "remove" && !this.#view?.confirms(press, it, RangeloadLink.labels)) return;
    try {
      if (action === "save") await this.#save(it);
      else if (action === "remove") await it.remove();
      else if (toggleOf(it) === "pause") await it.pause();
      else this.start();
    } catch (error) {
      this.#view?.complain(error);
    }
  }

  /** Saves what the user has asked for, once. */
  #deliver() {
    const it = this.#download;
    if (!this.#wanted || it?.state !== "complete") return;
    this.#wanted = false;
    // By the browser's own download: the click that asked for it is long past.
    this.#save(it, { picker: false }).catch((error) => this.#view?.complain(error));
  }

  /**
   * @param {Download} it
   * @param {SaveOptions} [how]
   */
  async #save(it, how) {
    const outcome = await it.save(how);
    // Meanwhile the link may lead to something else, and its bytes may have been lost.
    if (it !== this.#download || it.state !== "complete") return;
    this.#outcome = outcome;
    this.#render();
    this.#view?.report(it, RangeloadLink.labels.saved[outcome]);
  }

  /** @param {Download | null} shown */
  #show(shown) {
    this.#watch.abort();
    this.#watch = new AbortController();
    if (shown !== this.#download) this.#outcome = null;
    this.#download = shown;
    this.#render();
    if (!shown) return;
    const { signal } = this.#watch;
    shown.addEventListener("progress", () => this.#progress(shown), { signal });
    shown.addEventListener("statechange", () => this.#change(shown), { signal });
  }

  /** @param {Download} shown */
  #progress(shown) {
    this.#render();
    const { received, total } = shown.progress;
    const how = { lengthComputable: total !== null, loaded: received, total: total ?? 0 };
    this.dispatchEvent(new ProgressEvent("progress", how));
  }

  /** @param {Download} shown */
  #change(shown) {
    if (shown !== this.#spoilt) this.#follow(shown);
    this.dispatchEvent(new Event("statechange"));
  }

  /** @param {Download} shown */
  #follow(shown) {
    this.#view?.announce(shown, RangeloadLink.labels);
    this.#deliver();
    if (shown.state !== "removed") return;
    if (this.shadowRoot?.activeElement) this.#link?.focus();
    this.#show(null);
    this.#wanted = false;
  }

  #render() {
    const it = this.#download;
    // What is removed goes with its buttons, and the focus has to be taken off these before; where
    // it makes room for the same anew, the button that was pressed keeps its place and the focus.
    if (it && (it.state === "removed" || it === this.#spoilt)) return;
    if (it?.state !== "complete") this.#outcome = null;
    this.#view?.render(it, this.#outcome, RangeloadLink.labels);
  }
}

const registry = globalThis.customElements;
if (registry && !registry.get("rangeload-link")) registry.define("rangeload-link", RangeloadLink);
