// A browser with one window and a profile of its own, driven by WebDriver.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Process } from "./process.js";

/** Bounds a page that never gets as far as it should; nothing depends on it. */
const PATIENCE = 300_000;

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
  #profile;
  #session = "";

  /** @param {keyof typeof KINDS} kind */
  static async start(kind) {
    const { driver: command, ready, capabilities } = KINDS[kind];
    const [program, ...args] = command;
    const profile = mkdtempSync(join(tmpdir(), "rangeload-browser-"));
    const driver = new Process(program, args, { env: { ...process.env, TMPDIR: profile } });
    const browser = new Browser(driver, profile);
    try {
      const [, port] = await driver.printed(ready);
      const sessions = `http://127.0.0.1:${port}/session`;
      const timeouts = { script: PATIENCE };
      const { sessionId } = await order(sessions, {
        capabilities: { alwaysMatch: { ...capabilities, timeouts } },
      });
      browser.#session = `${sessions}/${sessionId}`;
    } catch (error) {
      await browser.stop();
      throw error;
    }
    return browser;
  }

  /** @param {Process} driver @param {string} profile */
  constructor(driver, profile) {
    this.#driver = driver;
    this.#profile = profile;
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

  async stop() {
    // The browser is no child of its driver's group: it ends with its session.
    if (this.#session) await fetch(this.#session, { method: "DELETE" }).catch(() => {});
    this.#driver.stop();
    rmSync(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }

  /** The page as it stands, and its console where the driver tells. */
  async #said() {
    const script = "return `${document.documentElement.dataset.status} ${document.body?.innerText}`";
    const page = await this.#order("/execute/sync", { script, args: [] }).catch(String);
    const log = await this.#order("/se/log", { type: "browser" }).catch(() => []);
    return [page, ...log.map(({ message }) => message)].join("\n");
  }

  /** @param {string} path @param {object} body */
  #order(path, body) {
    return order(this.#session + path, body);
  }
}

/** @param {string} url @param {object} body */
async function order(url, body) {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  const { value } = await answer.json();
  if (!answer.ok) throw new Error(`${value.error}: ${value.message}`);
  return value;
}
