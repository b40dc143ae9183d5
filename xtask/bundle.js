// Joins modules into those that are shipped, and minifies them: node bundle.js OUTPUT GLUE ENTRY…
//
// What is always loaded together is one file: fewer requests, and less than the sum of its parts
// after gzip. `new URL("./x.js", import.meta.url)` and `import("./x.js")` stay as they are written:
// by these expressions a bundler finds the worker and what is loaded late.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { rollup } from "@rollup/wasm-node";
import { minify } from "terser";

const [output = "", glue = "", ...entries] = process.argv.slice(2);

/** The engine's two parts that are no source: wasm-bindgen's glue, and the wasm, made later. */
const engine = {
  name: "engine",
  /** @param {string} id */
  resolveId(id) {
    if (id === "./rangeload.js") return glue;
    return id === "./wasm.js" ? { id, external: true } : null;
  },
};

/** @type {import("@rollup/wasm-node").OutputOptions} */
const shape = {
  entryFileNames: "[name].js",
  // The entry exports what is public and no more, so what the others share stands beside it.
  chunkFileNames: ({ name }) => (name === "index" ? "page.js" : `${name}.js`),
  generatedCode: "es2015",
  // The engine's wasm is asked for together with the engine, not when that has come.
  hoistTransitiveImports: true,
};

/** @type {import("terser").MinifyOptions} */
const options = {
  module: true,
  ecma: 2022,
  compress: { passes: 3 },
  // A console names an object after its class.
  keep_classnames: /^Download/,
};

const bundle = await rollup({ input: entries, plugins: [engine] });
for (const chunk of (await bundle.generate(shape)).output) {
  if (chunk.type !== "chunk") continue;
  const { code } = await minify(chunk.code, options);
  writeFileSync(join(output, chunk.fileName), `${code}\n`);
}
await bundle.close();
