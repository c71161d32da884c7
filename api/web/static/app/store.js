// What the phone keeps: drafts, their files, the reports it sent or follows, and small settings. Pages and the service worker share it.
// No other module knows of IndexedDB.

const NAME = "quangnam";
const VERSION = 1;
const KEYS = { drafts: "id", files: "id", reports: "code", kept: "name" };

let opening = null;

function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      for (const [store, keyPath] of Object.entries(KEYS)) request.result.createObjectStore(store, { keyPath });
      request.transaction.objectStore("files").createIndex("draft", "draft");
    };
    request.onsuccess = () => {
      const database = request.result;
      // Another page may bring a newer version; a browser under pressure may close it.
      database.onversionchange = () => { database.close(); opening = null; };
      database.onclose = () => { opening = null; };
      resolve(database);
    };
    request.onerror = () => { opening = null; reject(request.error); };
  });
  return opening;
}

const answered = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

/**
 * Calls `work` with the stores named, in one transaction; resolves with its result once all of it is kept: on the disk,
 * so that it survives a phone that loses its power the next moment, or with "relaxed" soon there.
 */
export async function transaction(names, work, durability = "strict") {
  const database = await open();
  const running = database.transaction(names, "readwrite", { durability });
  const done = new Promise((resolve, reject) => {
    running.oncomplete = resolve;
    running.onabort = () => reject(running.error ?? new DOMException("", "AbortError"));
  });
  done.catch(() => {}); // where `work` fails first, that is what is told
  const stores = Object.fromEntries(names.map((name) => [name, running.objectStore(name)]));
  const result = await work(stores);
  await done;
  return result;
}

async function reading(name, ask) {
  const database = await open();
  return answered(ask(database.transaction(name, "readonly").objectStore(name)));
}

export const get = (name, key) => reading(name, (store) => store.get(key));
export const all = (name) => reading(name, (store) => store.getAll());
export const put = (name, value) => transaction([name], (stores) => { stores[name].put(value); });
export const remove = (name, key) => transaction([name], (stores) => { stores[name].delete(key); });

/** The files of a draft in their order. */
export const filesOf = (draft) => reading("files", (store) => store.index("draft").getAll(draft));

export const kept = async (name) => (await get("kept", name))?.value;
export const keep = (name, value) => put("kept", { name, value });
