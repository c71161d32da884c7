// Reports that are on the phone only: being written, waiting for a network, or refused.
import { all, filesOf, get, transaction } from "./store.js";

export const WRITING = "writing"; // in a form
export const WAITING = "waiting"; // to be sent as soon as there is a network
export const REFUSED = "refused"; // by the server, with its reasons

/** 128 random bits in hex: a draft's id and its Idempotency-Key at once. */
export const freshKey = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** The drafts, the oldest first. */
export const drafts = async () => (await all("drafts")).sort((one, other) => one.made - other.made);
export const draft = (id) => get("drafts", id);

/** The words of a draft while they are typed: cheap, for it comes with every letter. */
export const jot = (one) => transaction(["drafts"], ({ drafts: rows }) => set(rows, one.id, () => one), "relaxed");

/**
 * A draft and its files in the place of what was kept under its id, or under `old`; nothing of it is kept where one part
 * cannot be, and nothing where the draft waits already, from another tab.
 */
export function save(one, files, old = one.id) {
  return transaction(["drafts", "files"], async ({ drafts: rows, files: blobs }) => {
    if (!(await set(rows, one.id, () => one))) return;
    await replace(blobs, one.id, files);
    if (old !== one.id) rows.delete(old);
  });
}

/** Takes a draft that waits back into the form; null where it may have reached the server, which must have it as it was. */
export const reopen = (id) => transaction(["drafts"], ({ drafts: rows }) =>
  set(rows, id, (found) => (found && !found.posted ? { ...found, state: WRITING } : null), WAITING));

/** Puts what `make` makes of a row, where the row is not there or its state is another than WAITING (or is `state`). */
function set(rows, id, make, state = null) {
  return new Promise((resolve, reject) => {
    const asked = rows.get(id);
    asked.onerror = () => reject(asked.error);
    asked.onsuccess = () => {
      const found = asked.result;
      const fit = state ? found?.state === state : found?.state !== WAITING;
      const made = fit ? make(found) : null;
      if (made) rows.put(made);
      resolve(made);
    };
  });
}

function replace(blobs, id, files) {
  return new Promise((resolve, reject) => {
    const keys = blobs.index("draft").getAllKeys(id);
    keys.onerror = () => reject(keys.error);
    keys.onsuccess = () => {
      const wanted = new Set(files.map((file) => file.id));
      for (const key of keys.result) if (!wanted.has(key)) blobs.delete(key);
      files.forEach((file, place) => blobs.put({ ...file, draft: id, place }));
      resolve();
    };
  });
}

/** Changes fields of a draft that waits; nothing where it does not, or is gone. */
export function change(id, fields) {
  return transaction(["drafts"], ({ drafts: rows }) =>
    set(rows, id, (found) => ({ ...found, ...fields }), WAITING));
}

/** Takes a draft and its files away; with `report` keeps, in the same moment, what became of it. */
export function discard(id, report = null) {
  return transaction(["drafts", "files", "reports"], async ({ drafts: rows, files: blobs, reports }) => {
    if (report) reports.put(report);
    rows.delete(id);
    await replace(blobs, id, []);
  });
}

/** Its files in their order: {id, blob, name, upload}. */
export const files = async (id) => (await filesOf(id)).sort((one, other) => one.place - other.place);

/** Notes under which id a file's bytes have begun to arrive. */
export function note(file, upload) {
  return transaction(["files"], ({ files: blobs }) => new Promise((resolve, reject) => {
    const found = blobs.get(file);
    found.onerror = () => reject(found.error);
    found.onsuccess = () => {
      if (found.result) blobs.put({ ...found.result, upload });
      resolve();
    };
  }));
}
