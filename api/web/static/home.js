// The public map: what is in view, as marks that gather where they are many.
import { makeMap } from "./map.js";
import { ago, badge, byId, calm, categoryName, later, make, number, say } from "./page.js";

const L = window.L;
const MOST = 300; // reports on one view; beyond, how many there are in each cell
const status = byId("map-status");
const map = makeMap(byId("map"));
const marks = L.markerClusterGroup({
  showCoverageOnHover: false,
  maxClusterRadius: 64,
  spiderfyDistanceMultiplier: 1.8,
  animate: !calm,
  iconCreateFunction: gathered,
});
map.addLayer(marks);

function bubble(count) {
  const size = count < 10 ? 44 : count < 100 ? 50 : count < 1000 ? 58 : 66;
  const text = make("span", "", number(count));
  text.setAttribute("aria-hidden", "true");
  const frame = make("span", "cell", text, make("span", "sr", say("many", { count: number(count) })));
  return L.divIcon({ className: "cell-frame", html: frame, iconSize: [size, size] });
}

function gathered(cluster) {
  return bubble(cluster.getAllChildMarkers().reduce((sum, one) => sum + (one.options.count ?? 1), 0));
}

/** A cell of the server's counts, at the mean of its reports; a press goes closer. */
function cell({ geometry, properties }) {
  const [lon, lat] = geometry.coordinates;
  const made = L.marker([lat, lon], { icon: bubble(properties.count), count: properties.count });
  made.on("click keypress", () => map.setView([lat, lon], Math.min(map.getZoom() + 2, 19)));
  return made;
}

function mark({ id, geometry, properties }) {
  const [lon, lat] = geometry.coordinates;
  const name = categoryName(properties.category);
  const frame = make("span", properties.state === "received" ? "pin pin-waiting" : "pin", badge(properties.category));
  const icon = L.divIcon({ className: "pin-frame", html: frame, iconSize: [44, 44] });
  const made = L.marker([lat, lon], { icon, title: name, alt: name });
  made.bindPopup(() => popup(id, name, properties), { maxWidth: 300, minWidth: 220, autoPanPadding: [24, 24] });
  return made;
}

function popup(code, name, properties) {
  const title = make("p", "popup-title", name);
  const state = make("span", `state state-${properties.state}`, say(`state_${properties.state}`) || properties.state);
  const line = make("p", "popup-line", state, " ", make("span", "muted", ago(properties.created_at)));
  const unit = make("p", "muted", properties.unit_name);
  unit.lang = "vi";
  const content = properties.content ? make("p", "popup-content", properties.content) : null;
  if (content) content.lang = "vi";
  const link = make("a", "popup-link", say("open"));
  link.href = `/reports/${encodeURIComponent(code)}`;
  const demo = properties.demo ? make("p", "", make("span", "demo-mark", say("demo"))) : null;
  return make("div", "popup", title, line, content, unit, demo, link);
}

let asked = null;
let whole = null; // the box whose reports are all on the map
let reading = false; // a reload would take an open popup away

async function load() {
  if (reading) return;
  const view = map.getBounds();
  if (whole?.contains(view)) {
    tell(view);
    return;
  }
  const wanted = view.pad(0.15);
  const corners = [
    Math.max(-180, wanted.getWest()), Math.max(-90, wanted.getSouth()),
    Math.min(180, wanted.getEast()), Math.min(90, wanted.getNorth()),
  ];
  const bbox = corners.map((one) => one.toFixed(5)).join(",");
  asked?.abort();
  asked = new AbortController();
  try {
    const counts = await get("/api/v1/density", { bbox, zoom: Math.floor(map.getZoom()) });
    const found = counts.total > MOST ? null : await get("/api/v1/reports", { bbox, limit: MOST });
    draw(counts, found);
    whole = found ? wanted : null;
    tell(view);
  } catch (error) {
    if (error.name !== "AbortError") status.textContent = say("failed");
  }
}

async function get(path, query) {
  const answer = await fetch(`${path}?${new URLSearchParams(query)}`, { signal: asked.signal });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function draw(counts, found) {
  marks.clearLayers();
  marks.addLayers(found ? found.features.map(mark) : counts.features.map(cell));
}

/** One line over the map, only where there is something to say. */
function tell(view) {
  const any = marks.getLayers().some((one) => view.contains(one.getLatLng()));
  status.textContent = any ? "" : say("none");
}

const soon = later(250, load);
map.on("moveend", soon);
map.on("popupopen", () => { reading = true; });
map.on("popupclose", () => { reading = false; soon(); });
load();
