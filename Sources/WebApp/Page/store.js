// Corrections that are in no file yet, with their photos, kept in this browser over a reload.

// Storage can be forbidden or full: then `null`, and the page asks before it is left.
function open() {
  return new Promise((resolve) => {
    let request;
    try { request = indexedDB.open("handwritten-digits", 1); } catch { return resolve(null); }
    request.onupgradeneeded = () => {
      request.result.createObjectStore("corrections"); // under one key the list of photos, without their files
      request.result.createObjectStore("files"); // under the key of each
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
  });
}

let database = null;

// Answers what the last request of `work` answers; null when storage does not work.
async function transact(mode, work) {
  database ??= open();
  const base = await database;
  if (base === null) return null;
  return new Promise((resolve) => {
    const transaction = base.transaction(["corrections", "files"], mode);
    const request = work(transaction.objectStore("corrections"), transaction.objectStore("files"));
    transaction.oncomplete = () => resolve(request.result ?? true);
    transaction.onerror = transaction.onabort = () => resolve(null);
  });
}

let keys = new Set(); // of the files that are kept

// Keeps these photos and no others; says whether that worked. A file is written once, not at each correction.
export async function keep(photos) {
  const list = photos.map(({ key, name, fileName, page, marks, past, future, isDone, isSaved }) => (
    { key, name, fileName, page, marks, past, future, isDone, isSaved }));
  const files = new Map(photos.map(({ key, blob }) => [key, blob]));
  const isKept = await transact("readwrite", (corrections, store) => {
    for (const key of keys) if (!files.has(key)) store.delete(key);
    for (const [key, blob] of files) if (!keys.has(key)) store.put(blob, key);
    return corrections.put(list, "photos");
  }) !== null;
  if (isKept) keys = new Set(files.keys());
  return isKept;
}

// What was kept, in its order, each with its file as `blob`.
export async function kept() {
  const list = await transact("readonly", (corrections) => corrections.get("photos"));
  if (!Array.isArray(list)) return [];
  const all = [];
  for (const photo of list) {
    const blob = await transact("readonly", (_, files) => files.get(photo.key));
    if (blob instanceof Blob) all.push({ ...photo, blob });
  }
  keys = new Set(all.map(({ key }) => key));
  return all;
}

export async function forget() {
  keys = new Set();
  return await transact("readwrite", (corrections, files) => {
    files.clear();
    return corrections.clear();
  }) !== null;
}

// Short texts under a name, over a reload; where storage is forbidden, nothing.
export function remember(name, text) {
  try {
    if (text === null) localStorage.removeItem(name);
    else localStorage.setItem(name, text);
  } catch { /* see above */ }
}

export function remembered(name) {
  try { return localStorage.getItem(name); } catch { return null; }
}
