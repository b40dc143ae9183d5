// A browser with one window and a profile of its own, driven by WebDriver.

import { Process } from "./process.js";

/** Bounds a page that never gets as far as it should; nothing depends on it. */
const PATIENCE = 60_000;

const CHROMIUM_ARGUMENTS = [
  "headless",
  "no-sandbox",
  "disable-gpu",
  "disable-quic",
  "no-first-run",
  "disable-background-networking",
  "disable-component-update",
  "disable-sync",
];

const KINDS = {
  chromium: {
    driver: ["chromedriver", "--port=0"],
    ready: /started successfully on port (\d+)/,
    capabilities: {
      "goog:chromeOptions": { args: CHROMIUM_ARGUMENTS },
      "goog:loggingPrefs": { browser: "ALL" },
    },
  },
  firefox: {
    // Its second listener has a fixed port otherwise, so that two could not run at once.
    driver: ["geckodriver", "--port=0", "--websocket-port=0"],
    ready: /Listening on 127\.0\.0\.1:(\d+)/,
    capabilities: { "moz:firefoxOptions": { args: ["-headless"] } },
  },
};

export class Browser {
  #driver;
  #session = "";

  /** @param {keyof typeof KINDS} kind */
  static async start(kind) {
    const { driver: command, ready, capabilities } = KINDS[kind];
    const [program, ...args] = command;
    const driver = new Process(program, args);
    const browser = new Browser(driver);
    try {
      const [, port] = await driver.printed(ready);
      browser.#session = `http://127.0.0.1:${port}/session`;
      const timeouts = { script: PATIENCE };
      const { sessionId } = await browser.#order("", {
        capabilities: { alwaysMatch: { ...capabilities, timeouts } },
      });
      browser.#session += `/${sessionId}`;
    } catch (error) {
      browser.stop();
      throw error;
    }
    return browser;
  }

  /** @param {Process} driver */
  constructor(driver) {
    this.#driver = driver;
  }

  /** @param {string} url */
  async open(url) {
    await this.#order("/url", { url });
  }

  async reload() {
    await this.#order("/refresh", {});
  }

  /** From here on the page is the one in the window's first frame. */
  async enterFrame() {
    await this.#order("/frame", { id: 0 });
  }

  /**
   * Waits until the page's status fulfils a condition, or tells of an error.
   *
   * @param {string} condition An expression of `status`. It is not compiled in the page, whose
   *   policy may forbid that.
   * @returns {Promise<import("../projects/page.js").Status>}
   */
  async status(condition) {
    const script = `
      const [done] = arguments;
      const look = () => {
        const status = JSON.parse(document.documentElement.dataset.status ?? "null");
        if (!status || !(status.error || (${condition}))) return;
        observer.disconnect();
        done(status);
      };
      const observer = new MutationObserver(look);
      observer.observe(document.documentElement, { attributes: true });
      look();`;
    try {
      return await this.#order("/execute/async", { script, args: [] });
    } catch (error) {
      throw new Error(`waited in vain for ${condition}: ${error.message}\n${await this.#said()}`);
    }
  }

  stop() {
    this.#driver.stop();
  }

  /** The page as it stands, and its console where the driver tells. */
  async #said() {
    const script = "return `${document.documentElement.dataset.status} ${document.body?.innerText}`";
    const page = await this.#order("/execute/sync", { script, args: [] }).catch(String);
    const log = await this.#order("/se/log", { type: "browser" }).catch(() => []);
    return [page, ...log.map(({ message }) => message)].join("\n");
  }

  /**
   * @param {string} path
   * @param {object} body
   */
  async #order(path, body) {
    const answer = await fetch(this.#session + path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`${value.error}: ${value.message}`);
    return value;
  }
}
