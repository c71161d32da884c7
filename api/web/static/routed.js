// Which unit a point would go to: asked while the pin moves, shown under the map.
import { byId, config, later, make, percent, say } from "./page.js";

const panel = byId("routed");
const unit = byId("routed-unit");
const reason = byId("routed-reason");
const confirm = byId("routed-confirm");
const candidates = byId("routed-candidates");
const KINDS = ["is-known", "is-uncertain", "is-outside", "is-asking"];
const categories = byId("step-category");
let asked = null;
let last = null;

// Some categories have units of their own.
categories?.addEventListener("change", () => last && ask(last));

function show(kind, title, text = "", others = []) {
  panel.classList.remove(...KINDS);
  if (kind) panel.classList.add(kind);
  unit.textContent = title;
  reason.textContent = text;
  reason.hidden = !text;
  confirm.hidden = kind !== "is-uncertain";
  candidates.hidden = others.length < 2;
  candidates.replaceChildren(
    ...others.map((one) => make("li", "", say("share", { unit: one.unit.name, share: percent(one.share) }))),
  );
}

export const nothingYet = () => show("", say("noPin"));

/** Asks for the point's unit, after a moment's rest; the last question wins. */
export function ask(point) {
  asked?.abort();
  last = point;
  panel.classList.remove(...KINDS);
  panel.classList.add("is-asking");
  if (!unit.textContent || unit.textContent === say("noPin")) unit.textContent = say("asking");
  rested(point);
}

const rested = later(250, async ({ lon, lat, accuracy }) => {
  asked = new AbortController();
  const query = new URLSearchParams({ lon, lat, lang: config.lang });
  const category = categories?.querySelector(":checked")?.value;
  if (category) query.set("category", category);
  if (accuracy) query.set("accuracy", Math.min(accuracy, 5000));
  try {
    const answer = await fetch(`/api/v1/route?${query}`, { signal: asked.signal });
    const told = await answer.json();
    if (answer.ok) known(told);
    else show("is-outside", told.title && answer.status >= 500 ? told.title : told.detail);
  } catch (error) {
    if (error.name !== "AbortError") show("", say("offline"));
  }
});

function known(told) {
  const kind = told.needs_confirmation ? "is-uncertain" : "is-known";
  show(kind, say("goesTo", { unit: told.unit.name }), told.reason.text, told.candidates);
}
