// A worker of the package in a browser that hides from its pages what time it is exactly.
import "/pkg/rangeload-worker.js";

const now = performance.now.bind(performance);
performance.now = () => Math.floor(now() / 100) * 100;
