/**
 * One download in the list: shows what it says, and hands on what its buttons are told.
 */
import { isOfUse } from "./actions.js";
import { draw } from "./bar.js";
import { bytes, duration, percent, speed } from "./format.js";
import { Removal } from "./removal.js";
import { Saving } from "./saving.js";
import { Steady } from "./steady.js";
import { STATES, adviceOf, nameOf, reasonOf, sentences, waitOf } from "./words.js";

/** @import { Download, State } from "./pkg/index.js" */

/**
 * What is said where a button did not manage what it is for.
 *
 * @type {Record<string, string>}
 */
const NOT_DONE = {
  save: "Not saved",
  again: "Not started again",
  remove: "Not removed",
};

/**
 * @typedef {object} Page
 * @property {(words: string) => void} announce
 * @property {() => void} removed
 * @property {() => void} again Begins one of the same address, in place of this one.
 */

export class Item {
  #download;
  #page;
  #steady = new Steady();
  /** What it waits for, in words that stay while it tries. */
  #wait = "";
  /** @type {State} */
  #state;
  #saving;
  #removal;
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
    this.#state = this.#steady.see(download);
    const clone = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
    this.element = this.#find("li", clone);
    this.element.dataset.id = download.id;
    const changed = () => this.#render();
    const announce = (/** @type {string} */ words) => this.#announce(words);
    this.#saving = new Saving(download, changed, announce);
    this.#removal = new Removal(this.#find("[data-action=remove]"), changed, announce);
    this.element.addEventListener("click", (event) => this.#click(event));
    // It comes with each new state too.
    download.addEventListener("progress", () => this.#update());
    this.#render();
  }

  reveal() {
    const { matches: still } = matchMedia("(prefers-reduced-motion: reduce)");
    this.element.scrollIntoView({ block: "nearest", behavior: still ? "auto" : "smooth" });
  }

  /** Where nothing about it changes, it would not be noticed otherwise. */
  point() {
    this.reveal();
    // Only for this: a click into its text is to leave the focus where it is.
    this.element.tabIndex = -1;
    this.element.addEventListener("blur", () => this.element.removeAttribute("tabindex"), { once: true });
    this.element.focus({ preventScroll: true });
  }

  /** @param {MouseEvent} click */
  async #click(click) {
    const { target } = click;
    const button = target instanceof Element ? target.closest("button") : null;
    if (!button) return;
    const { action = "" } = button.dataset;
    this.#trouble = null;
    try {
      await this.#act(action, click);
    } catch (error) {
      // What was to be saved has been removed meanwhile.
      if (this.#state === "removed") return;
      this.#trouble = error;
      this.#announce(NOT_DONE[action] ?? "", error);
      this.#render();
    }
  }

  /**
   * @param {string} action
   * @param {MouseEvent} click
   */
  #act(action, click) {
    switch (action) {
      case "pause":
        return this.#download.pause();
      case "resume":
        return this.#download.resume();
      case "again":
        return this.#startAgain();
      case "save":
        return this.#saving.start();
      case "cancel":
        return this.#saving.cancel();
      case "remove":
        return this.#remove(click);
    }
  }

  /** @param {MouseEvent} click */
  async #remove(click) {
    const { received } = this.#download.progress;
    if (this.#removal.confirms(click, received)) await this.#download.remove();
  }

  async #startAgain() {
    await this.#download.remove();
    this.#announce("Starting again");
    this.#page.again();
  }

  #update() {
    const before = this.#state;
    this.#state = this.#steady.see(this.#download);
    this.#render();
    if (this.#state === before) return;
    const { error, waiting } = this.#download;
    this.#announce(STATES[this.#state], this.#state === "failed" ? error : waiting?.error);
    if (this.#state === "removed") this.#page.removed();
  }

  /**
   * @param {string} words
   * @param {unknown} [error] Why.
   */
  #announce(words, error) {
    this.#page.announce(sentences(`${nameOf(this.#download)}: ${words}`, reasonOf(error), adviceOf(error)));
  }

  #render() {
    const { url, size, progress, resumable, reason } = this.#download;
    const state = this.#state;
    this.element.dataset.state = state;
    this.#write(".name bdi", nameOf(this.#download));
    this.#write(".address bdi", url);
    this.#find(".address").title = url;
    this.#find(".address a").setAttribute("href", url);
    this.#write(".state", STATES[state]);
    this.#write(".received", bytes(progress.received));
    this.#write(".size", size === null ? "unknown size" : bytes(size));
    this.#write(".percent", progress.ratio === null ? "" : percent(progress.ratio));
    this.#write(".speed", state === "downloading" ? speed(progress.bytesPerSecond) : "");
    const left = state === "downloading" ? progress.secondsLeft : null;
    this.#write(".left", left === null ? "" : `${duration(left)} left`);
    const whole = resumable || state === "complete";
    const note = whole ? "" : `Starts over if interrupted: ${reason}.`;
    // A wait that is shown may be a try just now, which has nothing to say of it.
    if (state !== "waiting") this.#wait = "";
    else if (this.#download.state === "waiting") this.#wait = waitOf(this.#download.waiting);
    this.#write(".note", [this.#wait, note].filter(Boolean).join(" "));
    this.#write(".outcome", state === "complete" ? this.#saving.words : "");
    this.#renderBar();
    this.#renderError();
    this.#renderActions();
  }

  #renderBar() {
    const { progress } = this.#download;
    const bar = this.#find(".bar");
    bar.setAttribute("aria-label", `Progress of ${nameOf(this.#download)}`);
    bar.classList.toggle("indeterminate", progress.ratio === null);
    if (progress.ratio === null) bar.removeAttribute("aria-valuenow");
    else bar.setAttribute("aria-valuenow", String(Math.floor(progress.ratio * 100)));
    const svg = bar.querySelector("svg");
    if (svg) draw(svg, progress);
  }

  #renderError() {
    const error = this.#download.error ?? this.#trouble;
    const { code } = /** @type {Partial<NonNullable<Download["error"]>>} */ (error ?? {});
    this.#write(".error", error ? sentences(`${reasonOf(error)} (${code})`, adviceOf(error)) : "");
  }

  #renderActions() {
    const focused = document.activeElement;
    const { question } = this.#removal;
    this.#write("[data-action=remove] .label", question || "Remove");
    this.#find("[data-action=remove]").classList.toggle("asking", question !== "");
    const more = { code: this.#download.error?.code, writing: this.#saving.writing };
    for (const button of this.element.querySelectorAll("button")) {
      const { action = "" } = button.dataset;
      button.hidden = !isOfUse(action, this.#state, more);
      button.setAttribute("aria-label", `${button.textContent?.trim()} ${nameOf(this.#download)}`);
    }
    // It keeps the focus, which a button that is `disabled` loses.
    this.#find("[data-action=save]").setAttribute("aria-disabled", String(this.#saving.underWay));
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
