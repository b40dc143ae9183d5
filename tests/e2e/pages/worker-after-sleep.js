// A worker of the package on a machine that has slept for an hour, in a browser whose monotonic
// clock stands still meanwhile.
import "/pkg/rangeload-worker.js";

const now = performance.now.bind(performance);
performance.now = () => now() - 3_600_000;
