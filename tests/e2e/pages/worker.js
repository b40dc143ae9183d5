// A worker of the package at an address of the page's own, which tells that it has started.
import "/pkg/rangeload-worker.js";

new BroadcastChannel("worker").postMessage("started");
