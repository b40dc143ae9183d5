// One set-up in one browser: downloads a file, is reloaded half-way, goes on, and ends with the
// right bytes, of which few were sent twice.

import assert from "node:assert/strict";
import { join } from "node:path";
import { Browser } from "./browser.js";
import { Process } from "./process.js";
import { Project } from "./project.js";
import { SETUPS } from "./setups.js";

/** Half of it takes longer than the engine waits before it stores what it has. */
const SIZE = 8 * 2 ** 20;
const FILE = `/files/${SIZE}/sample.bin?rate=400KB`;

/**
 * @typedef {object} Trial
 * @property {Project} project
 * @property {import("./setups.js").Setup} setup
 * @property {"dev" | "build" | "as it is"} mode
 * @property {"chromium" | "firefox"} browser
 */

/**
 * All that is to be tried of a set-up.
 *
 * @param {string} name
 * @returns {Trial[]}
 */
export function trials(name) {
  const setup = SETUPS[name];
  const project = new Project(name);
  const scripts = /** @type {const} */ (["dev", "build"]).filter((mode) => project.scripts.includes(mode));
  const modes = scripts.length > 0 ? scripts : [/** @type {const} */ ("as it is")];
  const { browsers = ["chromium"] } = setup;
  return modes.flatMap((mode) => browsers.map((browser) => ({ project, setup, mode, browser })));
}

/**
 * @param {Trial} trial
 * @returns {Promise<"worker" | "page">} Where the engine ran.
 */
export async function attempt({ project, setup, mode, browser: kind }) {
  await project.installed();
  if (mode === "build") await project.built();
  /** @type {{ stop: () => void | Promise<void> }[]} */
  const started = [];
  try {
    const server = await serve(project, setup);
    started.push(server);
    let { origin } = server;
    if (mode === "dev") {
      const development = await project.develop();
      started.push(development);
      origin = development.origin;
    }
    const browser = await Browser.start(kind);
    started.push(browser);
    const fallback = await use(browser, { ...server, origin, file: server.origin + FILE }, setup, mode);
    const inPage = setup.inPage?.includes(mode) ?? false;
    assert.equal(fallback !== null, inPage, fallback ?? "the bundler finds the worker by now");
    return fallback ? "page" : "worker";
  } finally {
    for (const one of started.reverse()) await one.stop();
  }
}

/**
 * @param {Browser} browser
 * @param {{ origin: string, otherOrigin: string, file: string }} place
 * @param {import("./setups.js").Setup} setup
 * @param {Trial["mode"]} mode
 * @returns {Promise<string | null>} Why the engine ran in the page, if it did.
 */
async function use(browser, { origin, otherOrigin, file }, setup, mode) {
  // Two ports of one address are one site, and one site's storage is not divided.
  const around = origin.replace("127.0.0.1", "localhost");
  const page = address(setup.around ? otherOrigin : origin, "/", { file });
  await browser.open(setup.around ? address(around, setup.around, { frame: page }) : page);
  if (setup.around) await browser.enterFrame();
  const half = await browser.status(`status.received * 2 >= ${SIZE}`);
  assert.equal(half.error, null);
  // A development server reloads a page of its own accord when it has compiled more of it.
  assert.ok(half.stored === 0 || mode === "dev", "nothing is stored at first");
  assert.equal(half.sha256, null, "it is reloaded before it is complete");
  assert.equal(half.isolated, setup.isolated ?? false);

  await browser.reload();
  if (setup.around) await browser.enterFrame();
  const end = await browser.status("status.sha256");
  assert.equal(end.error, null);
  assert.equal(end.stored, 1, "the download is found again");
  assert.equal(end.sha256, await text(address(new URL(file).origin, `/sha256/${SIZE}`, {})));
  const { repeated } = JSON.parse(await text(address(new URL(file).origin, "/requests/summary", { path: FILE })));
  assert.ok(repeated < half.received, `${repeated} of ${half.received} bytes were sent twice`);

  if (setup.around) {
    await browser.open(page);
    const alone = await browser.status("status.received > 0");
    assert.equal(alone.stored, 0, "what is stored in a frame belongs to the site around it");
  }
  return end.fallback;
}

/**
 * The range server, with what the project has built as its pages.
 *
 * @param {Project} project
 * @param {import("./setups.js").Setup} setup
 */
async function serve({ directory }, { serves = "", headers = [] }) {
  const { RANGELOAD_SERVER: program } = process.env;
  if (!program) throw new Error("there is no range server: run `cargo xtask matrix`");
  const pages = ["--page", `/=${join(directory, serves)}`];
  // So that it ends even where this is ended first.
  const lasting = "--until-stdin-ends";
  const server = new Process(program, [lasting, ...pages, ...headers.flatMap((header) => ["--header", header])]);
  const [, origin, otherOrigin] = await server.printed(/(http\S+)\s+(http\S+)/);
  return { origin, otherOrigin, stop: () => server.stop() };
}

/** @param {string} origin @param {string} path @param {Record<string, string>} parameters */
function address(origin, path, parameters) {
  return `${origin}${path}?${new URLSearchParams(parameters)}`;
}

/** @param {string} url */
async function text(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return (await answer.text()).trim();
}
