/**
 * Draws the segments of a download: what is there, what is on its way, and where it arrives.
 */

/** @import { Download, Segment } from "./pkg/index.js" */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {SVGElement} svg
 * @param {Download["progress"]} progress
 */
export function draw(svg, progress) {
  const shapes = shapesOf(progress);
  while (svg.childElementCount > shapes.length) svg.lastElementChild?.remove();
  while (svg.childElementCount < shapes.length) svg.append(document.createElementNS(SVG, "rect"));
  for (const [index, { kind, x, width }] of shapes.entries()) {
    const rect = svg.children[index];
    rect?.setAttribute("class", kind);
    rect?.setAttribute("x", x);
    rect?.setAttribute("width", width);
    rect?.setAttribute("height", "100%");
  }
}

/** @param {Download["progress"]} progress */
function shapesOf({ total, segments }) {
  // Without a total there is no place where a segment would lie.
  if (total === null) return [];
  // An empty file is all there, and has no segment to show it.
  if (total === 0) return [{ kind: "stored", x: "0", width: "100%" }];
  return segments.flatMap((segment) => shapesOfSegment(segment, total));
}

/**
 * In the order they are painted.
 *
 * @param {Segment} segment
 * @param {number} total
 */
function shapesOfSegment({ start, end, received, active }, total) {
  const x = share(start);
  const width = share(received);
  if (!active) return [{ kind: "stored", x, width }];
  return [
    { kind: "claimed", x, width: share(end - start) },
    { kind: "arriving", x, width },
    { kind: "front", x: share(start + received), width: "2px" },
  ];

  /** @param {number} length */
  function share(length) {
    return `${(length / total) * 100}%`;
  }
}
