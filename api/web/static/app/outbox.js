// What waits on the phone goes to the server, exactly once, whatever breaks. Used by pages and by the service worker.
import { change, discard, draft, drafts, files, note, REFUSED, WAITING } from "./drafts.js";
import { AwayError, ask, refusal, RefusedError, upload, UPLOADS, words } from "./upload.js";

const DOOR = "/api/v1/reports";
const LONGEST = 3_600; // seconds between two tries, whatever a server says
const NOBODY = Symbol("nobody answered");

const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("outbox") : null;
const listeners = new Set();

/** Calls with {id, ...} whenever something moves: `share` while it is sent, `sent`, `refused` or `away` at the end. */
export function watch(call) {
  listeners.add(call);
  channel?.addEventListener("message", ({ data }) => call(data));
}

function tell(news) {
  for (const call of listeners) call(news);
  channel?.postMessage(news);
}

/** One at a time among all pages and the worker; a browser without locks has no such worker either. */
export const alone = (work) => (navigator.locks ? navigator.locks.request("outbox", work) : work());

/** Sends what is due, or that one draft; resolves with how many still wait. */
export function flush({ only = null } = {}) {
  return alone(async () => {
    for (const one of await drafts()) {
      if (one.state !== WAITING || (only ? one.id !== only : one.due > Date.now())) continue;
      if ((await tried(one.id)) === NOBODY && !only) break; // the others would meet the same network
    }
    const left = await waiting();
    if (left) await askAgain();
    return left;
  });
}

/** A browser forgets a background sync after a few tries in vain. */
async function askAgain() {
  const worker = globalThis.registration ?? (await navigator.serviceWorker?.getRegistration());
  await worker?.sync?.register("outbox").catch(() => {});
}

/** How many drafts wait to be sent. */
export const waiting = async () => (await drafts()).filter((one) => one.state === WAITING).length;

async function tried(id) {
  const one = await draft(id);
  if (one?.state !== WAITING) return null; // meanwhile changed or thrown away
  try {
    const told = await deliver(one, await files(id), {
      noted: note,
      moved: (share) => tell({ id, share }),
      posting: () => change(id, { posted: true }),
    });
    await settle(one, told);
    return null;
  } catch (error) {
    if (error instanceof RefusedError) return refused(one, error);
    // A server that answers, but not with a receipt, is asked ever more seldom; a network may be back any moment.
    const seconds = error.answered ? Math.min(Math.max(error.seconds, 5 * 2 ** one.tries), LONGEST) : 0;
    await change(id, { tries: one.tries + (error.answered ? 1 : 0), due: Date.now() + seconds * 1000 });
    tell({ id, away: String(error.message) });
    return error.answered ? null : NOBODY;
  }
}

/** Keeps the receipt in the place of the draft, and lets this browser into the report's page. */
export async function settle(one, told) {
  await discard(one.id, receipt(one, told));
  follow(told);
  tell({ id: one.id, sent: told });
}

/**
 * The server's answer to a draft and its files: the same one however often it is asked, for the draft's id is the key.
 * AwayError where it must be tried again, RefusedError where it makes no sense to. Calls `noted(file, upload)` before
 * bytes of a file go, `moved` with the share that is there, `posting` before the server may have all of it.
 */
export async function deliver(one, mine, steps, again = false) {
  await reachable();
  const uploads = await carried(mine, steps);
  // From here on the server may have it, answered or not: these very words must be sent again until it says so.
  await steps.posting();
  const answer = await ask(`${DOOR}?lang=${one.lang}${one.by ? `&by=${one.by}` : ""}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": one.id },
    body: JSON.stringify({ ...one.values, ...(uploads.length ? { uploads } : {}) }),
  });
  const told = answer.status === 201 ? await words(answer.clone()) : null;
  if (told?.code) return told;
  const error = await refusal(answer);
  if (again || !error.told?.type?.endsWith("/upload-gone")) throw error;
  // The server keeps half of a report for some days only; the bytes are still here.
  return deliver(one, mine.map((file) => ({ ...file, upload: null })), steps, true);
}

/** A phone with full bars may reach nobody: so a draft that never left it is known as such, and may still be changed. */
async function reachable() {
  if (navigator.onLine === false) throw new AwayError("offline");
  const answer = await ask(UPLOADS, { method: "OPTIONS" });
  if (!answer.headers.has("Tus-Version")) throw new AwayError("somebody else answers"); // a portal that wants a sign-in
}

async function carried(mine, { noted, moved }) {
  const whole = mine.reduce((sum, file) => sum + file.blob.size, 0);
  const ids = [];
  let before = 0;
  for (const file of mine) {
    ids.push(await upload(file.blob, {
      known: file.upload,
      noted: (id) => noted(file.id, id),
      moved: (bytes) => moved((before + bytes) / whole),
    }));
    before += file.blob.size;
  }
  return ids;
}

async function refused(one, { status, told }) {
  await change(one.id, { state: REFUSED, refusal: { status, told } });
  tell({ id: one.id, refused: { status, told } });
  return null;
}

const receipt = (one, told) => ({
  code: told.code, state: told.state, category: one.values.category, content: one.values.content.slice(0, 120),
  unit: told.unit.name, link: told.link, at: Date.now(), mine: true, told: false,
});

/** Exchanges the private link for this browser's cookie; where that fails the link itself is still kept. */
function follow(told) {
  fetch(new URL(told.link).pathname, { redirect: "manual", credentials: "same-origin" }).catch(() => {});
}
