// Programs that run beside the tests: a server, a bundler's own server, a browser's driver.

import { spawn } from "node:child_process";

/** Bounds a program that never gets ready; nothing depends on it. */
const PATIENCE = 120_000;

export class Process {
  #child;
  #output = "";

  /**
   * @param {string} program
   * @param {string[]} args
   * @param {import("node:child_process").SpawnOptions} [options]
   */
  constructor(program, args, options = {}) {
    // A group of its own, so that what it starts ends with it.
    this.#child = spawn(program, args, { ...options, detached: true, stdio: ["pipe", "pipe", "pipe"] });
  }

  /**
   * Waits until it has printed something like this.
   *
   * @param {RegExp} pattern
   * @returns {Promise<RegExpMatchArray>}
   */
  printed(pattern) {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const fail = (why) => reject(new Error(`${child.spawnfile} ${why}\n${this.#output}`));
      const timer = setTimeout(() => fail("does not get ready"), PATIENCE);
      /** @param {Buffer} chunk */
      const look = (chunk) => {
        this.#output += chunk.toString().replace(/\x1b\[[\d;]*m/g, "");
        const found = this.#output.match(pattern);
        if (!found) return;
        clearTimeout(timer);
        resolve(found);
      };
      child.stdout.on("data", look);
      child.stderr.on("data", look);
      child.on("error", (error) => fail(`cannot be started: ${error.message}`));
      child.on("exit", (code) => fail(`ended with ${code}`));
    });
  }

  /** With all that it has started. */
  stop() {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, "SIGKILL");
  }
}
