// The engine's worker at an address that the service worker of this directory sees.
import "../pkg/rangeload-worker.js";
