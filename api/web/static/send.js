// The form: one page, sent in the background, so that nothing typed is ever lost to a bad network.
import { copying } from "./copy.js";
import { forget, keep, restore } from "./draft.js";
import { fault, goToFirst, mend, mendAll } from "./faults.js";
import { byId, config, moment, percent, say } from "./page.js";
import { choosing, photos } from "./photos.js";
import { placing } from "./place.js";
import { look } from "./similar.js";

const form = byId("report");
const button = byId("send");
const label = byId("send-text");
const status = byId("send-status");
const alert = byId("alert");
const NEEDED = [
  ["lon", "needPin"], ["category", "needCategory"], ["content", "needContent"],
  ["name", "needName"], ["phone", "needPhone"], ["truthful", "needTruth"],
];
const SHORTEST = 10; // letters of a description

form.noValidate = true;
for (const part of form.querySelectorAll("[data-needs-script]")) part.hidden = false;
form.classList.add("is-ready");
if (form.querySelector("[data-fault='lat']").hidden) byId("coordinates").open = false;
restore();
const similar = () => look(Object.fromEntries(new FormData(form)));
placing(() => { mend("lon"); mend("lat"); keep(); similar(); });
choosing();
form.addEventListener("input", ({ target }) => mend(target.name));
form.addEventListener("input", keep);
form.addEventListener("input", ({ target }) => { if (target.name === "category") similar(); });
similar();
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (button.disabled) return;
  mendAll();
  alarm("");
  if (complete()) send();
  else refuse(say("refused"));
});

function complete() {
  const values = new FormData(form);
  let good = true;
  for (const [field, sentence] of NEEDED) {
    const value = String(values.get(field) ?? "").trim();
    if (value && (field !== "content" || value.length >= SHORTEST)) continue;
    fault(field, say(sentence));
    good = false;
  }
  return good;
}

function body() {
  const values = new FormData(form);
  for (const name of ["token", "idempotency_key", "media"]) values.delete(name);
  for (const name of ["lon", "lat"]) values.set(name, String(values.get(name)).replace(",", "."));
  for (const photo of photos()) values.append("media", photo, photo.name);
  return values;
}

function send() {
  const request = new XMLHttpRequest(); // fetch does not tell how far an upload is
  busy(true);
  request.open("POST", `/api/v1/reports?lang=${config.lang}${form.dataset.by.replace("?", "&")}`);
  request.responseType = "json";
  // The same key until it is answered: a retry after a lost answer gets that answer and makes no second report.
  request.setRequestHeader("Idempotency-Key", form.elements.idempotency_key.value);
  request.upload.addEventListener("progress", ({ loaded, total, lengthComputable }) => {
    if (lengthComputable && photos().length) progress(say("sendingPart", { percent: percent(loaded / total) }));
  });
  request.addEventListener("load", () => {
    busy(false);
    if (request.status === 201 && request.response) done(request.response);
    else refused(request.status, request.response);
  });
  request.addEventListener("error", () => { busy(false); refuse(say("lost")); });
  request.addEventListener("abort", () => { busy(false); refuse(say("lost")); });
  request.send(body());
}

function busy(yes) {
  button.disabled = yes;
  form.setAttribute("aria-busy", String(yes));
  label.textContent = yes ? say("sending") : label.dataset.rest ?? label.textContent;
  status.textContent = "";
}

function progress(text) {
  label.textContent = text;
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

function refused(code, told) {
  if (code >= 500 || !told) return refuse(say("broken"));
  if (code === 409) {
    // The key belongs to another report that this page sent: a new one needs a new key.
    form.elements.idempotency_key.value = freshKey();
    return refuse(say("sentBefore"));
  }
  const unplaced = (told.errors ?? []).filter(({ field, message }) => !fault(field, message));
  if (told.type?.endsWith("/outside")) fault("lon", told.detail);
  const known = form.querySelector("[data-fault]:not([hidden])");
  return refuse(known && !unplaced.length ? say("refused") : told.detail || say("broken"));
}

/** Random, also on an address without HTTPS, where crypto.randomUUID is missing. */
function freshKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function done(told) {
  forget();
  const view = byId("sent").content.cloneNode(true);
  const slot = (name) => view.querySelector(`[data-slot="${name}"]`);
  slot("code").textContent = told.code;
  slot("unit").textContent = told.unit.name;
  slot("reason").textContent = told.reason.text;
  for (const name of ["accept", "resolve"]) if (told.deadlines[name]) slot(name).textContent = moment(told.deadlines[name]);
  slot("link").value = told.link;
  slot("open").href = told.link;
  form.reset();
  form.hidden = true;
  const place = byId("done");
  place.replaceChildren(view);
  place.hidden = false;
  copying(place);
  document.title = byId("sent-title").textContent;
  scrollTo(0, 0);
  byId("sent-title").focus();
  // This browser may see its own report from now on, and a reload shows it instead of an empty form.
  if (form.dataset.by) return; // the link is the caller's, not this desk's
  const link = new URL(told.link);
  fetch(link.pathname, { redirect: "manual", credentials: "same-origin" }).catch(() => {});
  history.replaceState(null, "", `/reports/${encodeURIComponent(told.code)}`);
}

label.dataset.rest = label.textContent;
addEventListener("pageshow", ({ persisted }) => { if (persisted && form.hidden) location.reload(); });
