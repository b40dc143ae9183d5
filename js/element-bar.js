/**
 * Draws what `<rangeload-link>` has of a file, and where it arrives.
 *
 * @module
 */

/** @import { Segment } from "./index.js" */

export const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {SVGElement} svg
 * @param {readonly Segment[]} segments
 * @param {number} total
 * @param {boolean} unknown
 */
export function draw(svg, segments, total, unknown) {
  const shapes = segments.map(({ start, received, active }) => ({
    part: active ? "arriving" : "stored",
    x: `${(start / total) * 100}%`,
    width: `${(received / total) * 100}%`,
  }));
  if (unknown) shapes.push({ part: "arriving", x: "0", width: "30%" });
  while (svg.childElementCount > shapes.length) svg.lastElementChild?.remove();
  while (svg.childElementCount < shapes.length) svg.append(document.createElementNS(SVG, "rect"));
  for (const [index, shape] of shapes.entries()) {
    for (const [key, value] of Object.entries({ ...shape, height: "100%" })) {
      svg.children[index]?.setAttribute(key, value);
    }
  }
}
