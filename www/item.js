/**
 * One download in the list: shows what it says, and hands on what its buttons are told.
 */
import { draw } from "./bar.js";
import { bytes, duration, percent, speed } from "./format.js";

/** @import { Download, State } from "./pkg/index.js" */

/** @type {Record<State, string>} */
const WORDS = {
  connecting: "Connecting",
  downloading: "Downloading",
  waiting: "Waiting",
  paused: "Paused",
  verifying: "Verifying",
  complete: "Complete",
  failed: "Failed",
  removed: "Removed",
};

/**
 * In which states a button is of use; absent: in all.
 *
 * @type {Record<string, State[]>}
 */
const ACTIONS = {
  pause: ["connecting", "downloading", "waiting"],
  resume: ["paused", "failed"],
  save: ["complete"],
};

/**
 * @typedef {object} Page
 * @property {(words: string) => void} announce
 * @property {() => void} removed
 */

export class Item {
  #download;
  #page;
  /**
   * What a button did not manage.
   *
   * @type {unknown}
   */
  #trouble = null;

  /**
   * @param {Download} download
   * @param {HTMLTemplateElement} template
   * @param {Page} page
   */
  constructor(download, template, page) {
    this.#download = download;
    this.#page = page;
    const clone = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    this.element = this.#find("li", clone);
    this.element.dataset.id = download.id;
    this.element.addEventListener("click", (event) => this.#click(event));
    download.addEventListener("progress", () => this.#render());
    download.addEventListener("statechange", () => this.#changed());
    this.#render();
  }

  /** Brings it into view: it may have been in the list before. */
  reveal() {
    const { matches: still } = matchMedia("(prefers-reduced-motion: reduce)");
    this.element.scrollIntoView({ block: "nearest", behavior: still ? "auto" : "smooth" });
  }

  /** @param {Event} event */
  async #click({ target }) {
    const button = target instanceof Element ? target.closest("button") : null;
    this.#trouble = null;
    try {
      await this.#act(button?.dataset.action);
    } catch (error) {
      this.#trouble = error;
      this.#render();
    }
  }

  /** @param {string | undefined} action */
  #act(action) {
    switch (action) {
      case "pause":
        return this.#download.pause();
      case "resume":
        return this.#download.resume();
      case "save":
        return this.#download.save();
      case "remove":
        return this.#download.remove();
    }
  }

  #changed() {
    const { filename, state } = this.#download;
    this.#page.announce(`${filename}: ${WORDS[state]}`);
    if (state === "removed") this.#page.removed();
  }

  #render() {
    const { filename, url, state, size, progress, resumable, reason } = this.#download;
    this.element.dataset.state = state;
    this.#write(".name", filename || url);
    this.#write(".address", url);
    this.#write(".state", WORDS[state]);
    this.#write(".received", bytes(progress.received));
    this.#write(".size", size === null ? "unknown size" : bytes(size));
    this.#write(".percent", progress.ratio === null ? "" : percent(progress.ratio));
    this.#write(".speed", state === "downloading" ? speed(progress.bytesPerSecond) : "");
    const left = state === "downloading" ? progress.secondsLeft : null;
    this.#write(".left", left === null ? "" : `${duration(left)} left`);
    this.#write(".note", resumable ? "" : `Starts over if interrupted: ${reason}.`);
    this.#renderBar();
    this.#renderError();
    this.#renderActions();
  }

  #renderBar() {
    const { filename, progress } = this.#download;
    const bar = this.#find(".bar");
    bar.setAttribute("aria-label", `Progress of ${filename}`);
    bar.classList.toggle("indeterminate", progress.ratio === null);
    if (progress.ratio === null) bar.removeAttribute("aria-valuenow");
    else bar.setAttribute("aria-valuenow", String(Math.floor(progress.ratio * 100)));
    const svg = bar.querySelector("svg");
    if (svg) draw(svg, progress);
  }

  #renderError() {
    const error = this.#download.error ?? this.#trouble;
    const { code, message } = /** @type {Partial<Download["error"] & Error>} */ (error ?? {});
    this.#write(".error", error ? `${message} (${code})` : "");
  }

  #renderActions() {
    const { filename, state } = this.#download;
    const focused = document.activeElement;
    for (const button of this.element.querySelectorAll("button")) {
      const { action = "" } = button.dataset;
      button.hidden = ACTIONS[action]?.includes(state) === false;
      button.ariaLabel = `${button.textContent?.trim()} ${filename}`;
    }
    // The button in use may be the one that is no longer of use.
    if (focused instanceof HTMLElement && focused.hidden && this.element.contains(focused)) {
      this.#find("button:not([hidden])").focus();
    }
  }

  /**
   * An empty element takes no room.
   *
   * @param {string} selector
   * @param {string} text
   */
  #write(selector, text) {
    const element = this.#find(selector);
    if (element.textContent !== text) element.textContent = text;
  }

  /**
   * @param {string} selector
   * @param {ParentNode} [within]
   * @returns {HTMLElement}
   */
  #find(selector, within = this.element) {
    const element = within.querySelector(selector);
    if (element instanceof HTMLElement) return element;
    throw new TypeError(`The list has no ${selector}`);
  }
}
