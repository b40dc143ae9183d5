// The package in a real browser, from the set-ups that are quick to install and build.
// `cargo xtask matrix` tries the others too.

import { describe, test } from "node:test";
import { SETUPS } from "./matrix/setups.js";
import { attempt, trials } from "./matrix/trial.js";

const quick = Object.keys(SETUPS).filter((name) => !SETUPS[name].slow);

// Two at a time: more would measure the machine.
describe("it downloads, is reloaded half-way and goes on", { concurrency: 2 }, () => {
  for (const trial of quick.flatMap(trials)) {
    const { project, mode, browser } = trial;
    test(`from ${project.name}, ${mode}, in ${browser}`, () => attempt(trial));
  }
});
