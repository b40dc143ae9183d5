// A worker of the package at an address of the page's own.
import "/pkg/rangeload-worker.js";
