import assert from "node:assert/strict";
import { test } from "node:test";

import { Removal } from "../../js/element-removal.js";

const MUCH = 5_000_000;

/** A button, and what was done with it and heard of it. */
function set() {
  const button = Object.assign(new EventTarget(), { focus: () => {} });
  let kept = 0;
  const removal = new Removal(/** @type {any} */ (button), () => {}, () => (kept += 1));
  return {
    removal,
    /** @param {number} received */
    press: (received, detail = 0) => removal.confirms(/** @type {any} */ ({ detail }), received),
    blur: () => button.dispatchEvent(new Event("blur")),
    escape: () => button.dispatchEvent(Object.assign(new Event("keydown"), { key: "Escape" })),
    kept: () => kept,
  };
}

test("little is removed at once", () => {
  assert.ok(set().press(999_999));
});

test("much is removed at the second press", () => {
  const { press, removal } = set();
  assert.ok(!press(MUCH));
  assert.ok(removal.asking);
  assert.ok(press(MUCH));
  assert.ok(!removal.asking);
});

test("a double click is one press", () => {
  const { press } = set();
  assert.ok(!press(MUCH, 1));
  assert.ok(!press(MUCH, 2));
  assert.ok(press(MUCH, 1));
});

test("whoever goes elsewhere or presses Escape is asked again", () => {
  const { press, blur, escape, kept } = set();
  press(MUCH);
  blur();
  assert.ok(!press(MUCH));
  escape();
  assert.equal(kept(), 1);
  escape();
  assert.equal(kept(), 1, "there was no question");
  assert.ok(!press(MUCH));
});
