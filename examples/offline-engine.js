// The engine's worker at an address that the service worker of this directory sees.
// `../pkg/rangeload-worker.js` is `rangeload/worker` in a project that has installed it.
import "../pkg/rangeload-worker.js";
