// The planner's form: each change is an address, which the server answers with how many there are and how to get them.
import { copying } from "./copy.js";
import { byId, later, say } from "./page.js";
import { choosing } from "./planner-map.js";

const form = byId("choose");
const FILTERS = ["bbox", "category", "state", "area", "unit", "since", "until", "q", "edition"];
const SEVERAL = ["category", "fields"];
let asked = null;

/** What is chosen, as the page's address writes it: ticked boxes joined, of several fields the last that says something. */
function said() {
  const data = new FormData(form);
  const query = new URLSearchParams();
  for (const name of new Set(data.keys())) {
    const values = data.getAll(name).map((one) => one.trim()).filter(Boolean);
    if (name === "fields" && values.length === form.querySelectorAll("[name=fields]").length) continue;
    if (values.length) query.set(name, SEVERAL.includes(name) ? values.join(",") : values.at(-1));
  }
  return query;
}

const address = (query) => `/planner?${query}`.replaceAll("%2C", ",").replaceAll("%3A", ":");

function put(page) {
  for (const id of ["summary", "brief"]) byId(id).replaceWith(document.adoptNode(page.getElementById(id)));
  copying(byId("summary"));
  faults(page);
  communes(page);
}

/** What is wrong stands beside its field, which is marked. */
function faults(page) {
  for (const place of form.querySelectorAll("[data-fault]")) {
    const told = page.getElementById(place.id);
    place.textContent = told.textContent;
    place.hidden = told.hidden;
    for (const control of form.querySelectorAll(`:is(input, select)[aria-describedby="${place.id}"]`)) {
      if (told.hidden) control.removeAttribute("aria-invalid");
      else control.setAttribute("aria-invalid", "true");
    }
  }
  byId("to-summary").hidden = Boolean(document.querySelector(".brief-wrong"));
}

/** The communes of another district. */
function communes(page) {
  const [here, there] = [byId("commune"), page.getElementById("commune")];
  if (!here || here.dataset.of === there.dataset.of) return;
  here.replaceChildren(...there.children);
  here.dataset.of = there.dataset.of;
  here.disabled = there.disabled;
}

/** A commune of another district than the chosen one is chosen no more. */
function settle() {
  const commune = byId("commune");
  if (commune && commune.dataset.of !== byId("area").value) commune.value = "";
}

function crs() {
  const open = byId("format").selectedOptions[0].dataset.anyCrs === "true";
  for (const id of ["crs", "crs-other"]) byId(id).disabled = !open;
}

async function count() {
  asked?.abort();
  const task = asked = new AbortController();
  const where = address(said());
  byId("summary").classList.add("is-waiting");
  try {
    const answer = await fetch(where, { signal: task.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.getElementById("summary")) throw new Error(String(answer.status));
    put(page);
    byId("note").hidden = true;
    history.replaceState(history.state, "", where);
  } catch (error) {
    if (error.name === "AbortError") return;
    byId("note").textContent = say("failed");
    byId("note").hidden = false;
    byId("summary").classList.remove("is-waiting");
  }
}

function changed() {
  settle();
  crs();
  map.draw();
  map.show();
  count();
}

const map = choosing({
  changed: () => changed(),
  query: () => [...said()].filter(([name]) => FILTERS.includes(name)),
});
const soon = later(500, changed); // what is typed changes with each letter
form.addEventListener("change", ({ target }) => {
  if (target.id === "edition") {
    // Its areas are others, and only the server knows them.
    for (const id of ["area", "commune"]) if (byId(id)) byId(id).value = "";
    location.assign(address(said()));
    return;
  }
  // A period and days exclude one another.
  if (target.id === "period" && target.value) for (const id of ["since", "until"]) byId(id).value = "";
  if (target.type === "date" && target.value) byId("period").value = "";
  if (target.matches("[type=date]")) soon();
  else changed();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  changed();
  byId("summary").scrollIntoView({ block: "nearest" });
});
document.addEventListener("click", (event) => {
  const place = document.getElementById(event.target.closest?.('a[href^="#fault-"]')?.hash.slice(1) ?? "");
  if (!place) return;
  event.preventDefault(); // else the browser goes to the sentence and takes the keyboard along
  const controls = [...form.querySelectorAll(`:is(input, select)[aria-describedby="${place.id}"]`)];
  (controls.findLast((one) => one.value) ?? controls[0])?.focus();
});
byId("apply").hidden = true;
byId("to-summary").hidden = Boolean(document.querySelector(".brief-wrong"));
crs();
copying(byId("summary"));
map.show();
