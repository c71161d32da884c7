// Which unit a point would go to: found on the phone at once, then asked of the server; shown under the map.
import { choosingBy, chosen, forgetChoice, offer } from "./choice.js";
import { byId, config, distance, later, percent, say } from "./page.js";
import { load, route } from "./pocket.js";

const PATIENCE = 10_000; // milliseconds for the server's answer
const panel = byId("routed");
const unit = byId("routed-unit");
const reason = byId("routed-reason");
const confirm = byId("routed-confirm");
const mark = byId("routed-local");
const voice = byId("routed-voice");
const KINDS = ["is-known", "is-uncertain", "is-outside", "is-asking"];
const categories = byId("step-category");
/** Settled once the borders are here, or cannot be had. */
export const loaded = load().catch(() => false);
let asked = null;
let last = null;
let said = ""; // about the place that is asked of now

// Some categories have units of their own.
categories?.addEventListener("change", () => last && again());
choosingBy(() => {
  const here = local(last);
  if (here) show(here);
  again();
});

function show({ kind, title, text = "", candidates = [], routed = "" }) {
  panel.classList.remove(...KINDS);
  if (kind) panel.classList.add(kind);
  unit.textContent = title;
  reason.textContent = text;
  reason.hidden = !text;
  confirm.hidden = kind !== "is-uncertain";
  mark.hidden = true;
  offer(candidates, routed);
}

/** Tells who listens, once for each place and unit. */
function speak() {
  const sentence = [unit, confirm].filter((one) => !one.hidden).map((one) => one.textContent.trim()).join(". ");
  if (sentence === said) return;
  said = sentence;
  voice.textContent = sentence;
}

export function nothingYet() {
  asked?.abort();
  last = null;
  show({ kind: "", title: say("noPin") });
}

/** Whether the phone knows that a point is outside the province. */
export const outside = (point) => Boolean(route(point)?.outside);

/** Asks for a new place's unit: the phone now, the server after a moment's rest; `commune` is the name of one chosen by name. */
export function ask(point, { keepChoice = false } = {}) {
  if (!keepChoice) forgetChoice();
  said = voice.textContent = "";
  last = point;
  const here = local(point);
  if (here) show(here);
  else {
    if (!unit.textContent || unit.textContent === say("noPin")) unit.textContent = say("asking");
    // The borders may come while the server is still silent.
    loaded.then(() => { if (last === point && panel.classList.contains("is-asking")) waiting(point); });
  }
  again();
}

function waiting(point) {
  const here = local(point);
  if (!here) return;
  show(here);
  panel.classList.add("is-asking");
}

function again() {
  asked?.abort();
  panel.classList.add("is-asking");
  rested(last);
}

const rested = later(250, async (point) => {
  if (point !== last) return;
  const mine = (asked = new AbortController());
  const patience = setTimeout(() => mine.abort(new DOMException("", "TimeoutError")), PATIENCE);
  if (local(point)) speak();
  try {
    const answer = await fetch(`/api/v1/route?${query(point)}`, { signal: mine.signal });
    const told = await answer.json();
    if (mine !== asked) return;
    if (answer.ok) show(known(told, told.reason.text, point));
    else show({ kind: "is-outside", title: told.title && answer.status >= 500 ? told.title : told.detail });
  } catch (error) {
    if (error.name === "AbortError" || mine !== asked) return;
    const here = local(point);
    show(here ?? { kind: "", title: say("offline") });
    mark.hidden = !here;
  } finally {
    clearTimeout(patience);
  }
  speak();
});

function query({ lon, lat, accuracy }) {
  const wanted = new URLSearchParams({ lon, lat, lang: config.lang });
  const category = categories?.querySelector(":checked")?.value;
  if (category) wanted.set("category", category);
  if (accuracy) wanted.set("accuracy", Math.min(accuracy, 5000));
  if (chosen()) wanted.set("area", chosen());
  return wanted;
}

/** What the phone itself says; null where it cannot. */
function local(point) {
  const [lon, lat] = [Number(point.lon), Number(point.lat)];
  if (!(Math.abs(lon) <= 180 && Math.abs(lat) <= 90)) return null;
  const told = route({ lon, lat, accuracy: Math.min(Number(point.accuracy) || 0, 5000) });
  if (!told) return null;
  if (told.outside) {
    const values = { distance: distance(told.metres), neighbour: told.neighbour };
    return { kind: "is-outside", title: say(told.neighbour ? "inNeighbour" : "outside", values) };
  }
  const { code, said: kind = code, chance, ...values } = told.reason;
  if (chance !== null) values.chance = percent(chance < 1 ? Math.min(chance, 0.99) : 1);
  for (const name of ["distance", "radius"]) if (name in values) values[name] = distance(values[name]);
  return known(told, say(`reason_${kind}`, values), point);
}

function known(told, text, { commune }) {
  if (commune) return { kind: "is-uncertain", title: say("goesTo", { unit: told.unit.name }), text: say("byCommune", { place: commune }) };
  const mine = told.candidates.find((one) => one.area.code === chosen());
  // A rule of the category may name another unit than the committee: the server's word, where it is about this area.
  const goes = mine && mine.area.code !== told.area?.code ? mine.unit : told.unit;
  return {
    kind: told.needs_confirmation ? "is-uncertain" : "is-known",
    title: say("goesTo", { unit: goes.name }),
    text,
    candidates: told.candidates,
    routed: told.area?.code ?? "",
  };
}
