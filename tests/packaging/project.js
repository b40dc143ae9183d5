// An empty project with the packed package installed, as one of its users would have it.
// Never reaches the network: the package has no dependencies.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

export class Project {
  constructor() {
    const { RANGELOAD_TARBALL: tarball } = process.env;
    if (!tarball) throw new Error("there is no tarball: run `cargo xtask test packaging`");
    this.directory = mkdtempSync(join(tmpdir(), "rangeload-"));
    this.write("package.json", JSON.stringify({ private: true, type: "module" }));
    this.run("npm", ["install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", tarball]);
  }

  /** Where the package was installed. */
  get installed() {
    return join(this.directory, "node_modules/rangeload");
  }

  /** @param {string} name @param {string} text */
  write(name, text) {
    writeFileSync(join(this.directory, name), text);
  }

  /**
   * Runs a program in the project; throws with its output when it fails.
   * @param {string} program
   * @param {string[]} args
   * @returns {string} what it printed
   */
  run(program, args) {
    try {
      return execFileSync(program, args, { cwd: this.directory, encoding: "utf8", stdio: "pipe" });
    } catch (error) {
      throw new Error(`${program} ${args.join(" ")}\n${error.stdout}${error.stderr}`, { cause: error });
    }
  }

  /** Runs the compiler of this workspace by the project's tsconfig.json. */
  compile() {
    this.run(join(root, "node_modules/.bin/tsc"), []);
  }

  remove() {
    rmSync(this.directory, { recursive: true });
  }
}
