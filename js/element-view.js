/**
 * What `<rangeload-link>` looks like: a bar with its segments, a line of text and buttons, in a
 * shadow tree. It shows what it is given and says which button was used.
 *
 * @module
 */

import { isOfUse, toggleOf } from "./element-actions.js";
import { SVG, draw } from "./element-bar.js";
import { bytes, localeOf } from "./element-numbers.js";
import { Removal } from "./element-removal.js";
import { dress } from "./element-style.js";
import { announcement, line, reason } from "./element-words.js";

/** @import { Download, Saved } from "./index.js" */
/** @import { Action } from "./element-actions.js" */
/** @import { Labels } from "./element-labels.js" */

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} children
 */
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

export class View {
  #host;
  #svg = document.createElementNS(SVG, "svg");
  #bar;
  #text = make("span", { part: "text" });
  #error = make("span", { part: "error" });
  #status = make("span", { class: "unseen", role: "status" });
  /** The state that was last announced. */
  #announced = "";
  #panel;
  /** @type {Record<Action, HTMLButtonElement>} */
  #buttons;
  #removal;

  /**
   * @param {ShadowRoot} root
   * @param {(action: Action, press: MouseEvent) => void} act
   * @param {() => void} changed It is to be rendered again.
   */
  constructor(root, act, changed) {
    this.#host = root.host;
    this.#svg.setAttribute("aria-hidden", "true");
    const bar = { part: "bar", role: "progressbar", "aria-valuemin": "0", "aria-valuemax": "100" };
    this.#bar = make("span", bar, this.#svg);
    /** @param {Action} action */
    const button = (action) => {
      const made = make("button", { part: `button ${action}`, type: "button" });
      made.addEventListener("click", (press) => act(action, press));
      return made;
    };
    this.#buttons = { toggle: button("toggle"), save: button("save"), remove: button("remove") };
    const stands = () => this.#tell(this.#text.textContent ?? "");
    this.#removal = new Removal(this.#buttons.remove, changed, stands);
    const buttons = Object.values(this.#buttons);
    this.#panel = make("span", { part: "panel" }, this.#bar, this.#text, this.#error, ...buttons);
    // What is announced must be in the tree before it has anything to say.
    root.append(document.createElement("slot"), this.#panel, this.#status);
    dress(root);
  }

  /**
   * @param {Download | null} download
   * @param {Saved | null} outcome Of the last attempt to save it.
   * @param {Labels} labels
   */
  render(download, outcome, labels) {
    if (!download || !isOfUse("remove", download.state)) this.#removal.asking = false;
    this.#panel.hidden = !download;
    if (!download) return;
    this.#panel.setAttribute("part", `panel ${download.state}`);
    this.#renderBar(download, labels);
    this.#renderButtons(download, labels);
    this.#write(this.#text, line(download, outcome, labels, this.#locale));
    this.#explain(reason(download, labels));
  }

  /**
   * What a button was to do has failed.
   *
   * @param {unknown} error
   */
  complain(error) {
    const { message } = /** @type {Error} */ (error);
    this.#explain(message);
    this.#tell(message);
  }

  /**
   * Whether the button that removes has been pressed as often as it takes.
   *
   * @param {MouseEvent} press
   * @param {Download} download
   * @param {Labels} labels
   */
  confirms(press, download, labels) {
    const confirmed = this.#removal.confirms(press, download.progress.received);
    if (!confirmed) this.report(download, this.#question(download, labels));
    return confirmed;
  }

  /**
   * What came of a button or of a click on the link.
   *
   * @param {Download} download
   * @param {string} words
   */
  report({ filename }, words) {
    if (words) this.#tell(`${filename}: ${words}`);
  }

  /**
   * States, not progress: nobody wants to hear every per cent.
   *
   * @param {Download} download
   * @param {Labels} labels
   */
  announce(download, labels) {
    const { state } = download;
    // Every try that fails leads from the one to the other and back.
    if (this.#announced === "waiting" && (state === "connecting" || state === "waiting")) return;
    this.#announced = state;
    this.#tell(announcement(download, labels, this.#locale));
  }

  /** The words are the page's, and the numbers in between are written as there. */
  get #locale() {
    return localeOf(this.#host.closest("[lang]")?.getAttribute("lang"));
  }

  /**
   * @param {Download} download
   * @param {Labels} labels
   */
  #question({ progress }, { confirm }) {
    return confirm(bytes(progress.received, this.#locale));
  }

  /**
   * The same words may come twice, and are to be heard twice.
   *
   * @param {string} words
   */
  #tell(words) {
    this.#status.textContent = words;
  }

  /** @param {string} words */
  #explain(words) {
    this.#write(this.#error, words);
    this.#error.hidden = words === "";
  }

  /**
   * @param {Download} download
   * @param {Labels} labels
   */
  #renderBar({ filename, state, progress: { ratio, total, segments } }, { progress }) {
    this.#bar.hidden = state === "complete";
    this.#bar.setAttribute("aria-label", progress(filename));
    if (ratio === null) this.#bar.removeAttribute("aria-valuenow");
    else this.#bar.setAttribute("aria-valuenow", String(Math.floor(ratio * 100)));
    const running = state === "connecting" || state === "downloading";
    this.#bar.classList.toggle("unknown", ratio === null && running);
    draw(this.#svg, total ? segments : [], total ?? 0, ratio === null && running);
  }

  /**
   * @param {Download} download
   * @param {Labels} labels
   */
  #renderButtons(download, labels) {
    const { filename, state } = download;
    const remove = this.#removal.asking ? this.#question(download, labels) : labels.remove;
    const words = { toggle: labels[toggleOf(download)], save: labels.save, remove };
    const focused = /** @type {ShadowRoot} */ (this.#panel.getRootNode()).activeElement;
    for (const [name, button] of Object.entries(this.#buttons)) {
      const action = /** @type {Action} */ (name);
      this.#write(button, words[action]);
      button.setAttribute("aria-label", `${words[action]} ${filename}`);
      button.hidden = !isOfUse(action, state);
    }
    // The button in use may be the one that is no longer of use.
    if (focused instanceof HTMLButtonElement && focused.hidden) {
      Object.values(this.#buttons).find((button) => !button.hidden)?.focus();
    }
  }

  /**
   * @param {HTMLElement} element
   * @param {string} text
   */
  #write(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }
}
