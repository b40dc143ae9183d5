// Minifies modules one by one: node minify.js OUTPUT MODULE…
//
// It never joins them, and leaves `new URL("./x.js", import.meta.url)` and `import("./x.js")` as
// they stand: by these expressions a bundler finds the worker and the engine.

import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { minify } from "terser";

const options = {
  module: true,
  ecma: 2022,
  compress: { passes: 3 },
  // A console names an object after its class.
  keep_classnames: /^Download/,
};

const [output, ...modules] = process.argv.slice(2);
for (const path of modules) {
  const name = basename(path);
  const { code } = await minify({ [name]: readFileSync(path, "utf8") }, options);
  writeFileSync(join(output, name), `${code}\n`);
}
