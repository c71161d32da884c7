// What waits on the phone goes to the server, exactly once, whatever breaks. Used by pages and by the service worker.
import { change, discard, draft, drafts, files, note, REFUSED, WAITING } from "./drafts.js";
import { AwayError, ask, refusal, RefusedError, upload, UPLOADS } from "./upload.js";

const DOOR = "/api/v1/reports";
const LONGEST = 3_600; // seconds between two tries, whatever a server says

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

// One sender at a time among all pages and the worker. A browser without locks has no such worker either.
const alone = (work) => (navigator.locks ? navigator.locks.request("outbox", work) : work());

/** Sends what is due, or that one draft; resolves with how many still wait. */
export function flush({ only = null } = {}) {
  return alone(async () => {
    for (const one of await drafts()) {
      if (one.state !== WAITING || (only ? one.id !== only : one.due > Date.now())) continue;
      if (!(await tried(one.id)) && !only) break; // the others would meet the same network
    }
    return waiting();
  });
}

/** How many drafts wait to be sent. */
export const waiting = async () => (await drafts()).filter((one) => one.state === WAITING).length;

async function tried(id) {
  const one = await draft(id);
  if (one?.state !== WAITING) return true; // meanwhile changed or thrown away
  try {
    const told = await deliver(one, await files(id), {
      noted: note,
      moved: (share) => tell({ id, share }),
      posting: () => change(id, { posted: true }),
    });
    await discard(id, receipt(one, told));
    follow(told);
    tell({ id, sent: told });
    return true;
  } catch (error) {
    if (error instanceof RefusedError) return refused(one, error);
    const seconds = Math.min(error.seconds ?? 0, LONGEST);
    await change(id, { tries: one.tries + 1, due: Date.now() + seconds * 1000 });
    tell({ id, away: String(error.message), seconds });
    return false;
  }
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
  if (answer.status === 201) return answer.json().catch((error) => { throw new AwayError(String(error)); });
  const error = await refusal(answer);
  if (again || !error.told?.type?.endsWith("/upload-gone")) throw error;
  // The server keeps half of a report for some days only; the bytes are still here.
  return deliver(one, mine.map((file) => ({ ...file, upload: null })), steps, true);
}

/** A phone with full bars may reach nobody: so a draft that never left it is known as such, and may still be changed. */
async function reachable() {
  if (navigator.onLine === false) throw new AwayError("offline");
  await ask(UPLOADS, { method: "OPTIONS" });
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
  return true;
}

const receipt = (one, told) => ({
  code: told.code, state: told.state, category: one.values.category, content: one.values.content.slice(0, 120),
  unit: told.unit.name, link: told.link, at: Date.now(), mine: true,
});

/** Exchanges the private link for this browser's cookie; where that fails the link itself is still kept. */
function follow(told) {
  fetch(new URL(told.link).pathname, { redirect: "manual", credentials: "same-origin" }).catch(() => {});
}
