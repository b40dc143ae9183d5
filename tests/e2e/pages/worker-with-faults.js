// A worker of the package whose storage refuses what the page says on the channel "faults".
import "/pkg/rangeload-worker.js";

/** What is refused now. */
let fault = "";

/**
 * @param {object} prototype
 * @param {string} name Of the method that fails.
 * @param {Record<string, () => unknown>} faults What it does instead, by the fault.
 */
function patch(prototype, name, faults) {
  const method = prototype[name];
  prototype[name] = function (...parameters) {
    const fail = faults[fault];
    return fail ? fail() : method.apply(this, parameters);
  };
}

/** @param {ConstructorParameters<typeof DOMException>} exception */
function throwing(...exception) {
  return () => {
    throw new DOMException(...exception);
  };
}

patch(FileSystemSyncAccessHandle.prototype, "write", {
  // Chromium: a negative code, taken for a number without a sign.
  "no space, as a number": () => 4_294_967_288,
  "no write, as a number": () => 4_294_967_295,
  // WebKit.
  "no space, as a state": throwing("Failed to write to file", "InvalidStateError"),
});

patch(FileSystemSyncAccessHandle.prototype, "flush", {
  "no flush": throwing("Failed to flush the file", "InvalidStateError"),
});

patch(IDBObjectStore.prototype, "put", {
  "no space in the database": throwing("", "QuotaExceededError"),
});

// There is room again once a file is gone.
patch(IDBObjectStore.prototype, "delete", {
  "no space to forget": throwing("", "QuotaExceededError"),
});
const { removeEntry } = FileSystemDirectoryHandle.prototype;
FileSystemDirectoryHandle.prototype.removeEntry = async function (...parameters) {
  await removeEntry.apply(this, parameters);
  fault = "";
};

const orders = new BroadcastChannel("faults");
orders.onmessage = ({ data }) => {
  fault = data;
  orders.postMessage("understood");
};
