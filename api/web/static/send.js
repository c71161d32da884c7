// The form: kept on the phone first, then sent, so that nothing typed is ever lost to a bad network.
import { WAITING, files, save } from "./app/drafts.js";
import { deliver, flush, settle, watch } from "./app/outbox.js";
import { fits } from "./app/room.js";
import { all } from "./app/store.js";
import { done, waitingFor } from "./ended.js";
import { fault, goToFirst, mend, mendAll } from "./faults.js";
import { byId, config, percent, say } from "./page.js";
import { begun, choosing, photos, ready } from "./photos.js";
import { hasPlace, placeValues, placing, putPhotoPosition } from "./place.js";
import { look } from "./similar.js";
import * as writing from "./writing.js";

const form = byId("report");
const button = byId("send");
const label = byId("send-text");
const status = byId("send-status");
const alert = byId("alert");
const NEEDED = [
  ["category", "needCategory"], ["content", "needContent"], ["name", "needName"], ["phone", "needPhone"],
  ["truthful", "needTruth"],
];
const SHORTEST = 10; // letters of a description
const PHONE = /^(\+?84|0)\d{9,10}$/; // roughly: the server knows the networks
const NOT_PLACES = ["category", "content", "happened_at", "name", "organisation", "phone", "email"];

form.noValidate = true;
for (const part of form.querySelectorAll("[data-needs-script]")) part.hidden = false;
if (form.querySelector("[data-fault='lat']").hidden) byId("coordinates").open = false;
label.dataset.rest = label.textContent;

const known = await writing.restore();
const similar = () => look(Object.fromEntries(new FormData(form)));
placing(() => { for (const name of ["lon", "lat", "commune", "landmark"]) mend(name); writing.store(); similar(); });
choosing(() => writing.storeAll(), putPhotoPosition);
form.addEventListener("input", ({ target }) => {
  mend(target.name);
  writing.store();
  if (target.name === "category") similar();
});
form.classList.add("is-ready");
similar();
if (known?.refusal) refused(known.refusal);
else others();
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (button.disabled) return;
  mendAll();
  alarm("");
  if (!complete()) return refuse(say("refused"));
  busy(true);
  try {
    await ready();
    await send();
  } catch {
    refuse(say("broken"));
  } finally {
    busy(false);
  }
});
watch(({ id, share, ...ended }) => {
  if (id !== writing.current()) return;
  if (share !== undefined) {
    label.textContent = say("sendingPart", { percent: percent(share) });
    status.textContent = say("mayLeave");
  }
  else if (ended.sent) done(ended.sent, form);
  else if (ended.refused) refused(ended.refused);
});

function complete() {
  const values = new FormData(form);
  let good = hasPlace();
  if (!good) fault("lon", say("needPin"));
  const phone = String(values.get("phone") ?? "").replace(/[ .()-]/g, "");
  if (phone && !PHONE.test(phone)) {
    fault("phone", say("wrongPhone"));
    good = false;
  }
  for (const [field, sentence] of NEEDED) {
    const value = String(values.get(field) ?? "").trim();
    if (value && (field !== "content" || value.length >= SHORTEST)) continue;
    fault(field, say(sentence));
    good = false;
  }
  return good;
}

/** The draft as the server will read it. */
function draft() {
  const typed = writing.values();
  const words = Object.fromEntries(NOT_PLACES.filter((name) => typed[name]).map((name) => [name, typed[name]]));
  const values = { ...words, ...placeValues(), truthful: true, notice_version: form.elements.notice_version.value };
  const by = new URLSearchParams(form.dataset.by).get("by");
  return { id: writing.current(), made: writing.begun(), state: WAITING, values, by, lang: config.lang, tries: 0, due: 0 };
}

async function send() {
  const one = draft();
  writing.stop();
  await writing.rememberSender(byId("remember")?.checked);
  if (one.by || !(await keptFor(one))) {
    await now(one);
    return;
  }
  await flush({ only: one.id });
  // What came of it was told to `watch`; without an answer it waits.
  if ((await all("drafts")).some(({ id, state }) => id === one.id && state === WAITING)) {
    await waitingFor(one, form);
  }
}

/** Whether the phone keeps the report until it is sent. */
async function keptFor(one) {
  const mine = photos();
  const films = ({ blob }) => blob.type.startsWith("video/");
  const bytes = (some) => some.reduce((sum, { blob }) => sum + blob.size, 0);
  try {
    const waiting = (await all("files")).filter((file) => file.draft !== one.id);
    if (!(await fits(bytes(mine), bytes(mine.filter(films)), bytes(waiting.filter(films))))) return false;
    await save(one, mine);
    return (await files(one.id)).length === mine.length;
  } catch {
    return false; // a private window, a full phone
  }
}

/** Straight from the form, where nothing is kept: then the form itself waits for the network. */
async function now(one) {
  const steps = {
    noted: begun,
    moved: (share) => { label.textContent = say("sendingPart", { percent: percent(share) }); },
    posting: () => {},
  };
  try {
    const told = await deliver(one, photos(), steps);
    // What is settled is told to `watch`; a browser that keeps nothing, and an officer's desk, show it here.
    if (one.by || !(await settle(one, told).then(() => true, () => false))) done(told, form);
  } catch (error) {
    if (error.status) refused(error);
    else refuse(say("lost"));
  }
}

function busy(yes) {
  button.disabled = yes;
  form.setAttribute("aria-busy", String(yes));
  for (const part of form.querySelectorAll("fieldset")) part.inert = yes; // what is typed now would not be sent
  label.textContent = yes ? say("sending") : label.dataset.rest;
  if (yes) status.textContent = "";
}

function alarm(text) {
  alert.textContent = text;
  alert.hidden = !text;
}

/** Says why at the top and, where the reader is, at the button; then leads to the first fault. */
function refuse(text) {
  alarm(text);
  status.textContent = text;
  if (form.querySelector("[data-fault]:not([hidden])")) goToFirst();
  else alert.focus();
}

function refused({ status: code, told }) {
  busy(false);
  writing.resume({ anew: code === 409 });
  if (!told) return refuse(say("broken"));
  if (code === 409) return refuse(say("sentBefore"));
  const unplaced = (told.errors ?? []).filter(({ field, message }) => !fault(field, message));
  if (told.type?.endsWith("/outside")) fault("lon", told.detail);
  const marked = form.querySelector("[data-fault]:not([hidden])");
  return refuse(marked && !unplaced.length ? say("refused") : told.detail || say("broken"));
}

async function others() {
  const many = await writing.others();
  const line = byId("others");
  if (!many || !line) return;
  line.querySelector("a").textContent = say("others", { count: many });
  line.hidden = false;
}

addEventListener("pageshow", ({ persisted }) => { if (persisted && form.hidden) location.reload(); });
