/**
 * What can happen to the stored state behind the package's back: each function does one damage.
 *
 * The layout it knows is that of records, parts and files as they are on disk; a page that damages
 * must not have the package loaded, which would hold the database open.
 */

/** @param {IDBRequest | IDBTransaction} request */
function settled(request) {
  return new Promise((resolve, reject) => {
    const done = () => resolve("result" in request ? request.result : undefined);
    if ("oncomplete" in request) request.oncomplete = done;
    else request.onsuccess = done;
    request.onerror = () => reject(request.error);
    if ("onblocked" in request) request.onblocked = () => reject(new Error("the database is in use"));
  });
}

/** @param {(records: IDBObjectStore, parts: IDBObjectStore) => unknown} act */
async function change(act) {
  const database = await settled(indexedDB.open("rangeload"));
  const transaction = database.transaction(["records", "parts"], "readwrite");
  const completion = settled(transaction);
  await act(transaction.objectStore("records"), transaction.objectStore("parts"));
  await completion;
  database.close();
}

/**
 * @param {string} id
 * @param {(text: string) => unknown} edit
 */
function editRecord(id, edit) {
  return change(async (records) => {
    const text = await settled(records.get(id));
    if (typeof text !== "string") throw new Error(`there is no record of ${id}`);
    const edited = edit(text);
    if (edited === text) throw new Error("the damage does nothing");
    records.put(edited, id);
  });
}

/**
 * @param {string} id
 * @param {(parts: IDBObjectStore, key: [string, number, number], value: any) => void} edit
 */
function editLastPart(id, edit) {
  return change(async (_, parts) => {
    const keys = (await settled(parts.getAllKeys())).filter(([owner]) => owner === id);
    const key = keys.at(-1);
    if (!key) throw new Error(`there is no part of ${id}`);
    edit(parts, key, await settled(parts.get(key)));
  });
}

async function directory() {
  return (await navigator.storage.getDirectory()).getDirectoryHandle("rangeload");
}

/** @param {string} id */
async function fileName(id) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(id));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * @param {string} id
 * @param {(stream: FileSystemWritableFileStream, size: number) => Promise<void>} edit
 */
async function editFile(id, edit) {
  const handle = await (await directory()).getFileHandle(await fileName(id));
  const { size } = await handle.getFile();
  const stream = await handle.createWritable({ keepExistingData: true });
  await edit(stream, size);
  await stream.close();
}

/** @param {number} version */
async function recreate(version) {
  await settled(indexedDB.deleteDatabase("rangeload"));
  const request = indexedDB.open("rangeload", version);
  request.onupgradeneeded = () => request.result.createObjectStore("somebody else's");
  (await settled(request)).close();
}

export const damages = {
  truncateFile: (id) => editFile(id, (stream, size) => stream.truncate(size - 1000)),
  emptyFile: (id) => editFile(id, (stream) => stream.truncate(0)),
  lengthenFile: (id) => editFile(id, (stream, size) => stream.write({ type: "write", position: size, data: "more" })),
  async removeFile(id) {
    await (await directory()).removeEntry(await fileName(id));
  },
  async putDirectoryInPlaceOfFile(id) {
    await this.removeFile(id);
    await (await directory()).getDirectoryHandle(await fileName(id), { create: true });
  },
  async removeDirectory() {
    await (await navigator.storage.getDirectory()).removeEntry("rangeload", { recursive: true });
  },

  removePart: (id) => editLastPart(id, (parts, key) => parts.delete(key)),
  shortenPart: (id) => editLastPart(id, (parts, key, value) => parts.put(value.slice(1), key)),
  lengthenPart: (id) => editLastPart(id, (parts, key, value) => parts.put(new Blob([value, "!"]), key)),
  retypePart: (id) => editLastPart(id, (parts, key) => parts.put("bytes", key)),
  rekeyPart: (id) => editLastPart(id, (parts, [owner, start, end], value) => {
    parts.delete([owner, start, end]);
    parts.put(value, [owner, `${start}`, end]);
  }),
  /** Other bytes under a key that no record claims, where a gap will be filled. */
  overlapPart: (id) => editLastPart(id, (parts, [owner, , end]) => {
    parts.put(new Blob([new Uint8Array(5000)]), [owner, end - 1000, end + 4000]);
  }),
  addStrangeKeys: () => change((records, parts) => {
    for (const key of [7, "x", [], ["x"], ["x", -1, 5], ["x", 5, 5], ["x", 0.5, 2], ["x", 0, 1, 2]]) {
      parts.put("?", key);
    }
    records.put("?", 7);
    records.put("?", ["x"]);
  }),
  removeParts: () => change((_, parts) => parts.clear()),

  removeRecord: (id) => change((records) => records.delete(id)),
  postdateRecord: (id) => editRecord(id, (text) => text.replace(/^rangeload \d+/, "rangeload 99")),
  predateRecord: (id) => editRecord(id, (text) => text.replace(/^rangeload 99/, "rangeload 3")),
  scrambleRecord: (id) => editRecord(id, (text) => text.split("").reverse().join("")),
  emptyRecord: (id) => editRecord(id, () => ""),
  cutRecord: (id) => editRecord(id, (text) => text.slice(0, -9)),
  retypeRecord: (id) => editRecord(id, (text) => ({ text })),
  claimPastTheEnd: (id) => editRecord(id, (text) => text.replace(/(\d+)\n$/, (_, end) => `${Number(end) + 1}\n`)),
  forgetSize: (id) => editRecord(id, (text) => text.replace(/\nsize \d+/, "")),
  swapTier: (id) => editRecord(id, (text) => text.replace(/tier \w+/, (tier) => tier.endsWith("opfs") ? "tier indexeddb" : "tier opfs")),

  foreignDatabase: () => recreate(1),
  newerDatabase: () => recreate(99),
};

/**
 * @param {string} id
 * @returns {Promise<boolean>} Whether its record claims bytes.
 */
export async function claims(id) {
  let text;
  await change(async (records) => (text = await settled(records.get(id))));
  return /^stored \d/m.test(String(text));
}

/** Whether every part is kept as a Blob. */
export async function areBlobs() {
  let values = [];
  await change(async (_, parts) => (values = await settled(parts.getAll())));
  return values.length > 0 && values.every((value) => value instanceof Blob);
}

/** How much lies in the store, whoever it belongs to. */
export async function leftovers() {
  const found = { records: 0, parts: 0, files: 0 };
  await change(async (records, parts) => {
    found.records = await settled(records.count());
    found.parts = await settled(parts.count());
  });
  try {
    for await (const _ of (await directory()).keys()) found.files += 1;
  } catch {
    // There is no such directory, or no such file system.
  }
  return found;
}
