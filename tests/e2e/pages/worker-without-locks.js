// A worker of the package in a browser without locks.
import "./no-locks.js";
import "/pkg/rangeload-worker.js";
