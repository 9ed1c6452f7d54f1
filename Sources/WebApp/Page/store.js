// Corrections that are in no file yet, with their photos, kept in this browser over a reload.

const name = "handwritten-digits";

// Storage can be forbidden or full: then `null`, and the page asks before it is left.
function open() {
  return new Promise((resolve) => {
    let request;
    try { request = indexedDB.open(name, 1); } catch { return resolve(null); }
    request.onupgradeneeded = () => request.result.createObjectStore("photos");
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => resolve(null);
  });
}

let database = null;

async function transact(mode, work) {
  database ??= open();
  const base = await database;
  if (base === null) return null;
  return new Promise((resolve) => {
    const transaction = base.transaction("photos", mode);
    const request = work(transaction.objectStore("photos"));
    transaction.oncomplete = () => resolve(request?.result ?? true);
    transaction.onerror = transaction.onabort = () => resolve(null);
  });
}

// Keeps these photos and no others; says whether that worked.
export async function keep(photos) {
  const kept = photos.map(({ name, fileName, blob, page, marks, past, future, isDone, isSaved }) => (
    { name, fileName, blob, page, marks, past, future, isDone, isSaved }));
  return await transact("readwrite", (store) => {
    store.clear();
    let request = null;
    for (const [index, photo] of kept.entries()) request = store.put(photo, index);
    return request;
  }) !== null;
}

// What was kept, in its order.
export async function kept() {
  const photos = await transact("readonly", (store) => store.getAll());
  return Array.isArray(photos) ? photos : [];
}

export function forget() { return transact("readwrite", (store) => store.clear()); }
