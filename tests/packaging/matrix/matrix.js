// Prints where the package works: node matrix.js [set-up…]; by default all of them.

import { SETUPS } from "./setups.js";
import { attempt, trials } from "./trial.js";

const names = process.argv.slice(2);
const unknown = names.find((name) => !Object.hasOwn(SETUPS, name));
if (unknown) {
  console.error(`there is no set-up ${unknown}; there are ${Object.keys(SETUPS).join(", ")}`);
  process.exit(2);
}

const COLUMNS = /** @type {const} */ ([15, 9, 9, 10]);

/** @param {string[]} cells */
function line(...cells) {
  return cells.map((cell, column) => cell.padEnd(COLUMNS[column] ?? 0)).join(" ").trimEnd();
}

const rows = [line("set-up", "mode", "browser", "engine in", "result")];
let failures = 0;
for (const name of names.length > 0 ? names : Object.keys(SETUPS)) {
  for (const trial of trials(name)) {
    const start = performance.now();
    const row = await attempt(trial).then(
      (where) => [where, "works"],
      (error) => {
        failures += 1;
        console.error(`${name}, ${trial.mode}, ${trial.browser}: ${error.message}\n`);
        return ["", "FAILS"];
      },
    );
    const seconds = Math.round((performance.now() - start) / 1000);
    rows.push(line(name, trial.mode, trial.browser, ...row));
    console.log(`${rows.at(-1)}, after ${seconds} s`);
  }
}
console.log(`\n${rows.join("\n")}\n\n${rows.length - 1 - failures} passed, ${failures} failed`);
process.exitCode = failures > 0 ? 1 : 0;
