/**
 * Reads what the package has left in the browser, past the package: records and parts in
 * IndexedDB, the file in the origin private file system. It changes nothing.
 */

const DATABASE = "rangeload";

/**
 * @template T
 * @param {IDBRequest<T>} request
 * @returns {Promise<T>}
 */
function outcome(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * @template T
 * @param {(store: IDBObjectStore) => Promise<T>} look
 * @param {string} name
 * @returns {Promise<T | null>} Null if there is no such store.
 */
async function look(name, look) {
  // Opening one that is not there would make it, without its stores.
  const all = await indexedDB.databases();
  if (!all.some((database) => database.name === DATABASE)) return null;
  const database = await outcome(indexedDB.open(DATABASE));
  try {
    if (!database.objectStoreNames.contains(name)) return null;
    return await look(database.transaction(name).objectStore(name));
  } finally {
    database.close();
  }
}

/** The claims of every record: its id, and the stretches it says are stored. */
export async function storedClaims() {
  const found = await look("records", async (store) => {
    const [ids, texts] = await Promise.all([outcome(store.getAllKeys()), outcome(store.getAll())]);
    return ids.map((id, i) => ({ id, claims: claims(texts[i]) }));
  });
  return found ?? [];
}

/** @param {string} record Lines of a key and a value; `stored` has pairs of offsets. */
function claims(record) {
  const line = record.split("\n").find((line) => line.startsWith("stored ")) ?? "";
  return Array.from(line.matchAll(/(\d+)\.\.(\d+)/g), ([, start, end]) => [Number(start), Number(end)]);
}

/**
 * @param {string} id
 * @param {number} start
 * @param {number} end
 * @returns {Promise<Blob | null>} Null if not all of it is there.
 */
export async function storedBlob(id, start, end) {
  const pieces = await look("parts", (store) => parts(store, id, start, end));
  const blob = pieces ? new Blob(pieces) : (await largestFile())?.slice(start, end);
  return blob?.size === end - start ? blob : null;
}

/**
 * @param {IDBObjectStore} store Its keys are `[id, start, end]`.
 * @returns {Promise<Blob[] | null>} As far as they reach without a gap; null if the id has none.
 */
async function parts(store, id, start, end) {
  const keys = await outcome(store.getAllKeys(IDBKeyRange.bound([id], [id, []])));
  if (keys.length === 0) return null;
  const pieces = [];
  let at = start;
  while (at < end) {
    const key = keys.find(([, first, last]) => first <= at && at < last);
    if (!key) break;
    const [, first, last] = key;
    const part = new Blob([await outcome(store.get(key))]);
    // Shorter than its key says: what is missing must not be made up for by the next one.
    if (part.size !== last - first) break;
    const until = Math.min(last, end);
    pieces.push(part.slice(at - first, until - first));
    at = until;
  }
  return pieces;
}

/** The campaign has one download at a time, and its file is the largest by far. */
async function largestFile() {
  const files = await Array.fromAsync(filesIn(await navigator.storage.getDirectory()));
  return files.sort((a, b) => b.size - a.size)[0] ?? null;
}

/** @param {FileSystemDirectoryHandle} directory */
async function* filesIn(directory) {
  for await (const handle of directory.values()) {
    if (handle.kind === "file") yield handle.getFile();
    else yield* filesIn(handle);
  }
}
