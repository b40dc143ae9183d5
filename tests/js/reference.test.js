import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { PAGE, reference } from "../../xtask/reference.js";

const expected = reference();

test("the reference says what the types say", () => {
  assert.equal(readFileSync(PAGE, "utf8"), expected, "run: node xtask/reference.js");
});

test("every export and each of its members is described", () => {
  const sections = expected.split(/^### /m).slice(1);
  assert.ok(sections.length > 20);
  for (const section of sections) {
    const [heading, body] = section.split("\n\n", 2);
    assert.ok(body && !body.startsWith("|"), `${heading} has no description`);
    for (const row of section.matchAll(/^\| `(.+?)` \|.*\| *\|$/gm)) assert.fail(`${heading} ${row[1]} has no description`);
  }
});
