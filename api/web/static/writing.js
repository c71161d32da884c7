// What is typed in the form outlives the page, the browser and the phone's battery: a draft of it is kept on the way.
import { draft, drafts, files, freshKey, jot, REFUSED, save, WRITING } from "./app/drafts.js";
import { keep, kept } from "./app/store.js";
import { byId } from "./page.js";
import { photos, restorePhotos } from "./photos.js";

const FIELDS = [
  "lon", "lat", "accuracy", "area", "commune", "landmark", "category", "content", "happened_at",
  "name", "organisation", "phone", "email",
];
const SENDER = ["name", "organisation", "phone", "email"];
const TAB = "draft"; // in the tab's own storage: which draft it writes
const form = byId("report");
const by = form.dataset.by; // an officer who enters a call leaves nothing of the caller on the desk
let id = freshKey();
let made = Date.now();
let stopped = false;

/** The form's values by their names, as typed; without what is blank. */
export function values() {
  const typed = new FormData(form);
  return Object.fromEntries(FIELDS.map((name) => [name, String(typed.get(name) ?? "").trim()]).filter(([, value]) => value));
}

/** The id of what is being written, its Idempotency-Key at once. */
export const current = () => id;
export const begun = () => made;

/** Goes on with what was refused; with `anew` under another id, for the server has something else under this one. */
export async function resume({ anew = false } = {}) {
  const old = id;
  if (anew) id = freshKey();
  stopped = false;
  remember();
  await storeAll(old);
}

function asWritten() {
  const typed = values();
  if (by || stopped || !(typed.content || typed.category || photos().length)) return null;
  return { id, made, state: WRITING, values: typed, lang: document.documentElement.lang };
}

/** Keeps the words as they are now; a browser that keeps nothing still sends. */
export async function store() {
  const one = asWritten();
  if (one) await jot(one).catch(() => {});
}

/** Keeps the photos too, in the place of what was kept under `old`. */
export async function storeAll(old = id) {
  const one = asWritten();
  if (one) await save(one, photos(), old).catch(() => {});
}

/** From here on the draft is the outbox's. */
export const stop = () => { stopped = true; };

/** Fills in the draft that the address or this tab names, else the sender that this phone remembers. */
export async function restore() {
  const asked = new URLSearchParams(location.search);
  try {
    const wanted = asked.get("draft") ?? sessionStorage.getItem(TAB);
    const known = by || !wanted ? null : await draft(wanted);
    if (known && (known.state === WRITING || known.state === REFUSED)) {
      ({ id, made } = known);
      fill(known.values, FIELDS);
      restorePhotos(await files(id));
    }
    remember();
    if (!by) fill((await kept("sender")) ?? {}, SENDER);
    return known;
  } catch {
    return null; // nothing was kept
  }
}

function remember() {
  try {
    sessionStorage.setItem(TAB, id);
  } catch {
    // The draft is still found on the list of them.
  }
}

/** Fields that the server filled, or that are filled already, stay. */
function fill(wanted, names) {
  for (const name of names) {
    const field = form.elements[name];
    if (!field || !wanted[name]) continue;
    if (field instanceof RadioNodeList) {
      if (!field.value) for (const one of field) one.checked = one.value === wanted[name];
    } else if (!field.value) field.value = wanted[name];
  }
}

/** What the phone keeps of the sender for the next time, or forgets. */
export async function rememberSender(yes) {
  if (by) return;
  const typed = values();
  const sender = yes ? Object.fromEntries(SENDER.filter((name) => typed[name]).map((name) => [name, typed[name]])) : {};
  await keep("sender", sender).catch(() => {});
}

/** How many other drafts there are. */
export const others = async () => (await drafts().catch(() => [])).filter((one) => one.id !== id).length;
