// The set-ups in which the package must work, one for each directory of projects/.
//
// A set-up with scripts is tried as its own development server serves it and as it builds it; one
// without is served as it is.

/**
 * @typedef {object} Setup
 * @property {string} [serves] The directory that a build fills. Default: the project's own.
 * @property {string[]} [headers] Sent with each file.
 * @property {string} [around] A page that shows the project's own in a frame.
 * @property {boolean} [isolated] The page is cross-origin isolated.
 * @property {("chromium" | "firefox")[]} [browsers] Default: Chromium.
 * @property {("dev" | "build")[]} [inPage] Where the bundler loses the worker, and the page does
 *   its work.
 * @property {boolean} [slow] Left to `cargo xtask matrix`: much to install, or slow to build.
 */

/** @type {("chromium" | "firefox")[]} */
const BOTH = ["chromium", "firefox"];

/** @type {Record<string, Setup>} */
export const SETUPS = {
  plain: { browsers: BOTH },
  csp: {
    headers: ["Content-Security-Policy: default-src 'self'; script-src 'self' 'wasm-unsafe-eval'"],
    browsers: BOTH,
  },
  isolated: {
    headers: [
      "Cross-Origin-Opener-Policy: same-origin",
      "Cross-Origin-Embedder-Policy: require-corp",
    ],
    isolated: true,
    browsers: BOTH,
  },
  frame: { around: "/around.html", browsers: BOTH },
  "own-worker": {},
  typescript: {},
  esbuild: { serves: "public", inPage: ["dev", "build"] },
  "esbuild-worker": { serves: "public" },
  rollup: { serves: "public", inPage: ["build"] },
  "rollup-worker": { serves: "public" },
  vite: { serves: "dist" },
  "vite-react": { serves: "dist", slow: true },
  "vite-vue": { serves: "dist", slow: true },
  "vite-svelte": { serves: "dist", slow: true },
  "vite-7": { serves: "dist", inPage: ["dev"], slow: true },
  webpack: { serves: "public", slow: true },
  parcel: { serves: "dist", slow: true },
  next: { serves: "out", slow: true },
};
