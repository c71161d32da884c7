// The public map: what is in view, as marks that gather where they are many.
import { makeMap } from "./map.js";
import { ago, badge, byId, calm, categoryName, later, make, say } from "./page.js";

const L = window.L;
const MOST = 500; // marks on one view; beyond, the newest, and the page says so
const status = byId("map-status");
const map = makeMap(byId("map"));
const marks = L.markerClusterGroup({
  showCoverageOnHover: false,
  maxClusterRadius: 56,
  spiderfyDistanceMultiplier: 1.8,
  animate: !calm,
  iconCreateFunction: gathered,
});
map.addLayer(marks);

function gathered(cluster) {
  const count = cluster.getChildCount();
  const size = count < 10 ? 44 : count < 100 ? 52 : 60;
  const text = make("span", "", String(count));
  text.setAttribute("aria-hidden", "true");
  const frame = make("span", "cell", text, make("span", "sr", say("many", { count })));
  return L.divIcon({ className: "cell-frame", html: frame, iconSize: [size, size] });
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
    tell(0, map.getBounds());
    return;
  }
  const wanted = view.pad(0.15);
  asked?.abort();
  asked = new AbortController();
  const corners = [
    Math.max(-180, wanted.getWest()), Math.max(-90, wanted.getSouth()),
    Math.min(180, wanted.getEast()), Math.min(90, wanted.getNorth()),
  ];
  const query = new URLSearchParams({ bbox: corners.map((one) => one.toFixed(5)).join(","), limit: MOST });
  let found;
  try {
    const answer = await fetch(`/api/v1/reports?${query}`, { signal: asked.signal });
    if (!answer.ok) throw new Error(String(answer.status));
    found = await answer.json();
  } catch (error) {
    if (error.name !== "AbortError") status.textContent = say("failed");
    return;
  }
  const more = found.links.some((link) => link.rel === "next");
  whole = more ? null : wanted;
  marks.clearLayers();
  marks.addLayers(found.features.map(mark));
  tell(more ? found.features.length : 0, view);
}

/** One line over the map, only where there is something to say. */
function tell(newest, view) {
  if (newest) status.textContent = say("more", { count: newest });
  else status.textContent = marks.getLayers().some((one) => view.contains(one.getLatLng())) ? "" : say("none");
}

const soon = later(250, load);
map.on("moveend", soon);
map.on("popupopen", () => { reading = true; });
map.on("popupclose", () => { reading = false; soon(); });
load();
