// The features of a page of the open data on a map; a press on one leads to its own page.
import { makeMap } from "./map.js";
import { byId, config, make, say } from "./page.js";

const L = window.L;
const map = makeMap(byId("map"), { scrollWheelZoom: false });
const CLOSE = 15; // zooms; without a base map a place is told by the outlines around it
const PLAIN = 11;
const status = byId("map-status");

/** What a press on a feature shows: its name, and the way to its page. */
function popup(feature) {
  const name = feature.properties?.[config.name];
  const link = make("a", "popup-link", String(feature.id));
  link.href = `${config.items}/${encodeURIComponent(feature.id)}?f=html`;
  return make("div", "", make("p", "popup-title", name === null || name === undefined ? "" : String(name)), link);
}

async function draw() {
  let answer;
  try {
    answer = await fetch(config.data, { headers: { accept: "application/geo+json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    answer = await answer.json();
  } catch {
    status.textContent = say("failed");
    return;
  }
  const layer = L.geoJSON(answer, {
    style: (feature) => (feature.geometry.type.endsWith("Point") ? {} : { className: "ogc-shape" }),
    pointToLayer: (feature, place) => L.circleMarker(place, { radius: 7, className: "ogc-point" }),
    onEachFeature: (feature, shape) => shape.bindPopup(() => popup(feature)),
  }).addTo(map);
  const bounds = layer.getBounds();
  if (!bounds.isValid()) {
    status.textContent = say("nowhere");
    return;
  }
  map.fitBounds(bounds, { padding: [24, 24], maxZoom: config.basemap.url ? CLOSE : PLAIN, animate: false });
}

draw();
