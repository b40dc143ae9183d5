/**
 * The style sheet of `<rangeload-link>`.
 *
 * No style attribute and no style element: a strict Content-Security-Policy allows neither.
 *
 * @module
 */

const CSS = `
  [hidden] { display: none !important; }
  [part~="panel"] { display: inline-flex; flex-wrap: wrap; align-items: center; gap: var(--rangeload-gap, 0.5em); margin-inline-start: var(--rangeload-gap, 0.5em); }
  [part="bar"] {
    inline-size: var(--rangeload-bar-width, 10em); max-inline-size: 100%; block-size: var(--rangeload-bar-height, 0.6em);
    border-radius: 0.2em; overflow: hidden;
    background: var(--rangeload-track, color-mix(in srgb, currentColor 18%, transparent));
  }
  svg { display: block; inline-size: 100%; block-size: 100%; }
  :host(:dir(rtl)) svg { transform: scaleX(-1); }
  rect { fill: var(--rangeload-accent, #1a6fd4); }
  .unknown rect { animation: sweep 1.6s linear infinite; }
  [part="text"] { font-variant-numeric: tabular-nums; }
  [part="error"] { color: var(--rangeload-error, #b3261e); }
  .unseen { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  @keyframes sweep { from { transform: translateX(-30%); } to { transform: translateX(100%); } }
  @media (prefers-reduced-motion: reduce) {
    .unknown rect { display: none; }
    [part="bar"].unknown { background-image: repeating-linear-gradient(-45deg, transparent 0 0.3em, color-mix(in srgb, currentColor 40%, transparent) 0.3em 0.6em); }
  }
  @supports (color: light-dark(red, red)) {
    rect { fill: var(--rangeload-accent, light-dark(#1a6fd4, #6aa9ff)); }
    [part="error"] { color: var(--rangeload-error, light-dark(#b3261e, #ffb4ab)); }
  }
  @media (forced-colors: active) { [part="bar"] { border: 1px solid CanvasText; } rect { fill: Highlight; } }
`;

/**
 * One sheet for all elements.
 *
 * @type {CSSStyleSheet | null}
 */
let sheet = null;

/** @param {ShadowRoot} root */
export function dress(root) {
  if (!("adoptedStyleSheets" in root)) return;
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  root.adoptedStyleSheets = [sheet];
}
