// A project of projects/ with its tools and the packed package installed. Tools stay installed
// from one run to the next; everything else is made anew.

import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Process } from "./process.js";

const here = import.meta.dirname;
const sources = join(here, "../projects");
const workshop = join(here, "../../../target/packaging");

const INSTALL = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];

/** Tools neither ask nor tell anyone anything. */
const env = { ...process.env, CI: "true", NEXT_TELEMETRY_DISABLED: "1", NO_COLOR: "1", FORCE_COLOR: "0" };

export class Project {
  /** @type {Promise<void> | undefined} */
  #installed;
  /** @type {Promise<void> | undefined} */
  #built;

  /** @param {string} name */
  constructor(name) {
    this.name = name;
    this.directory = join(workshop, name);
    const manifest = JSON.parse(readFileSync(join(sources, name, "package.json"), "utf8"));
    this.scripts = Object.keys(manifest.scripts ?? {});
  }

  /** Installs it, once. */
  installed() {
    return (this.#installed ??= this.#install());
  }

  /** Builds it, once. */
  built() {
    return (this.#built ??= this.#run("npm", ["run", "build"]));
  }

  async #install() {
    const { RANGELOAD_TARBALL: tarball } = process.env;
    if (!tarball) throw new Error("there is no tarball: run `cargo xtask matrix`");
    this.#copy();
    const modules = join(this.directory, "node_modules");
    const lock = join(this.directory, "package-lock.json");
    const record = join(modules, ".installed-lock.json");
    if (existsSync(lock) && !same(lock, record)) {
      await this.#run("npm", ["ci", ...INSTALL]);
      cpSync(lock, record);
    }
    // npm tells packages apart by their version, which stays the same here.
    for (const stale of ["rangeload", ".package-lock.json", ".vite", ".cache"]) {
      rmSync(join(modules, stale), { recursive: true, force: true });
    }
    await this.#run("npm", ["install", "--offline", "--no-save", ...INSTALL, tarball]);
  }

  /**
   * Starts the bundler's own server.
   *
   * @returns {Promise<{ origin: string, stop: () => void }>}
   */
  async develop() {
    const server = new Process("npm", ["run", "dev"], { cwd: this.directory, env });
    try {
      const [origin] = await server.printed(/http:\/\/(?:localhost|127\.0\.0\.1):\d+/);
      return { origin, stop: () => server.stop() };
    } catch (error) {
      server.stop();
      throw error;
    }
  }

  #copy() {
    mkdirSync(this.directory, { recursive: true });
    for (const name of readdirSync(this.directory)) {
      if (name !== "node_modules") rmSync(join(this.directory, name), { recursive: true });
    }
    cpSync(join(sources, this.name), this.directory, { recursive: true });
    cpSync(join(sources, "page.js"), join(this.directory, "src/page.js"));
  }

  /** @param {string} program @param {string[]} args */
  async #run(program, args) {
    try {
      await promisify(execFile)(program, args, { cwd: this.directory, env });
    } catch (error) {
      throw new Error(`${program} ${args.join(" ")}\n${error.stdout}${error.stderr}`, { cause: error });
    }
  }
}

/** @param {string} one @param {string} other */
function same(one, other) {
  return existsSync(other) && readFileSync(one).equals(readFileSync(other));
}
