// The public map and its list: what is in view, on both alike; near the reader, or as it was seen last.
import { nextOf, paging, show } from "./cards.js";
import { chosenBox, filters, finding } from "./finder.js";
import { makeMap } from "./map.js";
import { marking } from "./marks.js";
import { metres, nearing, roughly } from "./near.js";
import { byId, config, distance, later, moment, number, say } from "./page.js";
import { passing, remember, seen } from "./seen.js";
import { switching } from "./switch.js";

const MOST = 300; // reports on one view; beyond, how many there are in each cell
const PAGE = 20;
const KEPT = 100; // of the newest, for when there is no network
const note = (text) => { byId("note").textContent = text; };
const map = makeMap(byId("map"));
const marks = marking(map);
let asked = null;
let nearest = null;
let shown = ""; // the question whose answer is on the page
let known = null; // a box, and all the reports in it
let reading = false; // a reload would take an open popup away
let here = null; // the reader's own place, while the list is sorted by it
let offline = false;

async function get(task, path, query, more) {
  const whole = new URLSearchParams([...query, ...Object.entries(more)]);
  const answer = await fetch(`${path}?${whole}`, { signal: task.signal });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function within(view) {
  const sides = [
    Math.max(-180, view.getWest()), Math.max(-90, view.getSouth()),
    Math.min(180, view.getEast()), Math.min(90, view.getNorth()),
  ];
  return sides.map((one) => one.toFixed(5)).join(",");
}

const inside = (features, view) =>
  features.filter(({ geometry: { coordinates: [lon, lat] } }) => view.contains([lat, lon]));

/** Map and list for what is in view; at first the list is the server's own. */
async function load({ list = true } = {}) {
  if (reading) return;
  const view = map.getBounds();
  if (known?.box.contains(view)) {
    const features = inside(known.features, view);
    if (!here) listed(features, { total: features.length });
    return;
  }
  const query = filters();
  const bbox = within(view);
  if (shown === `${bbox} ${query}`) return;
  asked?.abort();
  const task = asked = new AbortController();
  try {
    const counts = await get(task, "/api/v1/density", query, { bbox, zoom: Math.floor(map.getZoom()) });
    const all = counts.total <= MOST;
    const found = all || (list && !here) ? await get(task, "/api/v1/reports", query, { bbox, limit: all ? MOST : PAGE }) : null;
    known = all ? { box: view, features: found.features } : null;
    if (all) marks.reports(found.features);
    else marks.cells(counts.features);
    if (offline) note("");
    offline = false;
    shown = `${bbox} ${query}`;
    if (here) tell(view);
    else if (list) listed(found.features, { total: counts.total, next: nextOf(found) });
    else counted(counts.total);
  } catch (error) {
    await without(error, query, view);
  }
}

function listed(features, { total, next, words = "inView", distance: far }) {
  show(features, { next, distance: far });
  counted(total, words);
}

function counted(total, words = "inView") {
  byId("count").textContent = say(words, { count: number(total) });
  tell(map.getBounds());
}

/** One line over the map, only where there is something to say. */
function tell(view) {
  byId("map-status").textContent = marks.any(view) ? "" : say("none");
}

const far = ({ geometry }) => metres(map, here, geometry.coordinates);
const byDistance = (features) => features.toSorted((one, other) => far(one) - far(other));
const saying = (coordinates) => say("away", { distance: distance(metres(map, here, coordinates)) });

/** The list by distance from the reader, whatever the map shows. */
async function loadNear() {
  const query = filters();
  nearest?.abort();
  const task = nearest = new AbortController();
  try {
    const { features } = await get(task, "/api/v1/reports", query, { near: roughly(here) });
    if (here) listed(byDistance(features), { total: features.length, words: "nearest", distance: saying });
  } catch (error) {
    await without(error, query, map.getBounds());
  }
}

/** What was seen last, where the network gives nothing. */
async function without(error, query, view) {
  if (error.name === "AbortError") return;
  const kept = error instanceof TypeError ? await seen() : null;
  if (!kept) {
    note(say("failed"));
    return;
  }
  offline = true;
  known = null;
  shown = "";
  const features = passing(kept.features, query);
  marks.reports(features);
  note(say("offline", { moment: moment(kept.at) }));
  if (here) listed(byDistance(features), { total: features.length, words: "nearest", distance: saying });
  else {
    const shown = inside(features, view);
    listed(shown, { total: shown.length, words: "saved" });
  }
}

/** The newest of all, fetched when nothing else is to be done, unless the reader pays for each byte. */
async function keep() {
  if (offline || filters().size || navigator.connection?.saveData) return;
  const kept = await seen();
  if (kept && Date.now() - new Date(kept.at) < 600_000) return;
  const answer = await fetch(`/api/v1/reports?limit=${KEPT}`).catch(() => null);
  if (answer?.ok) await remember(await answer.json());
}

const fit = ([west, south, east, north]) =>
  map.fitBounds([[south, west], [north, east]], { padding: [12, 12], animate: false });

function reload() {
  known = null;
  shown = "";
  map.closePopup();
  load();
  if (here) loadNear();
}

const soon = later(250, load);
map.on("moveend", () => soon());
map.on("popupopen", () => { reading = true; });
map.on("popupclose", () => { reading = false; soon(); });
const { clear } = finding((name) => {
  if (name === "area" && !here) fit(chosenBox() ?? config.province);
  reload();
});
byId("show-all")?.addEventListener("click", (event) => {
  event.preventDefault();
  clear();
});
nearing(map, { note, changed: (found) => { here = found; reload(); } });
paging(() => note(say("failed")));
switching();
addEventListener("online", reload);
load({ list: false }).then(() => (window.requestIdleCallback ?? setTimeout)(keep));
