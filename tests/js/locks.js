// A browser's locks, and other tabs that have some.
import { setImmediate } from "node:timers/promises";

/** A `LockManager`, as far as it is used. */
export class Locks {
  /** @type {{ name: string, mode: string }[]} */
  held = [];
  /** @type {(() => void)[]} */
  #waiting = [];

  async request(name, { mode = "exclusive", ifAvailable = false, signal }, granted) {
    // An answer takes its time.
    await setImmediate();
    while (!this.#isFree(name, mode)) {
      if (ifAvailable) return granted(null);
      await new Promise((resolve, reject) => {
        this.#waiting.push(() => resolve(undefined));
        signal?.addEventListener("abort", () => reject(signal.reason));
      });
    }
    const lock = { name, mode };
    this.held.push(lock);
    try {
      return await granted(lock);
    } finally {
      await setImmediate();
      this.held.splice(this.held.indexOf(lock), 1);
      for (const look of this.#waiting.splice(0)) look();
    }
  }

  #isFree(name, mode) {
    const others = this.held.filter((lock) => lock.name === name);
    return others.every((lock) => lock.mode === "shared" && mode === "shared");
  }

  /** As another tab would. */
  async hold(name, mode) {
    let release = () => {};
    await new Promise((held) => {
      this.request(name, { mode }, () => {
        held(undefined);
        return new Promise((resolve) => (release = () => resolve(undefined)));
      });
    });
    return release;
  }
}
