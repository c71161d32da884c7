// A Leaflet map that is good to look at without any base map: the areas' outlines, their names, the sea's labels.
import { calm, config, make, say } from "./page.js";

const L = window.L;
const WIDE = 800; // pixels
const NAMES_FROM = 9;
const NAMES_UNTIL = 12;

/** West, south, east, north as Leaflet wants them. */
const box = ([west, south, east, north]) => [[south, west], [north, east]];

/** The map in an element; `options` go to Leaflet. */
export function makeMap(element, options = {}) {
  const still = calm ? { zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: false } : {};
  const map = L.map(element, { zoomControl: false, minZoom: 6, maxZoom: 19, zoomSnap: 0.5, ...still, ...options });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: say("zoomIn"), zoomOutTitle: say("zoomOut") }).addTo(map);
  element.setAttribute("role", "application");
  element.setAttribute("aria-label", say("map"));
  home(map);
  const names = () => {
    const zoom = map.getZoom();
    element.classList.toggle("names-off", zoom < NAMES_FROM || zoom > NAMES_UNTIL);
  };
  map.on("zoomend", names);
  names();
  seaLabels(map);
  basemap(map, element);
  outlines(map);
  return map;
}

/** Whether only our own outlines can be seen: then a place is told by what is around it, not by streets. */
export const isPlain = (map) => !map.getContainer().classList.contains("with-basemap");

/** Shows the whole province. */
export function home(map) {
  // A wide map leaves room in the east, for the sea and its name.
  const east = map.getSize().x > WIDE ? 150 : 12;
  map.fitBounds(box(config.bounds), { paddingTopLeft: [12, 12], paddingBottomRight: [east, 12], animate: false });
}

function basemap(map, element) {
  const { url, attribution } = config.basemap;
  if (!url) {
    queueMicrotask(() => map.fire("plain"));
    return;
  }
  const credit = make("span", "", attribution).innerHTML; // text, escaped by the browser itself
  const tiles = L.tileLayer(url, { attribution: credit, maxZoom: 19, detectRetina: false });
  // Until a picture really comes the outlines carry the map; where none ever comes they go on doing so.
  tiles.once("tileload", () => element.classList.add("with-basemap"));
  tiles.once("tileerror", () => { if (isPlain(map)) map.fire("plain"); });
  tiles.addTo(map);
}

function seaLabels(map) {
  for (const { name, lon, lat } of config.seaLabels) {
    const icon = L.divIcon({ className: "sea-name", html: make("span", "", name), iconSize: [0, 0] });
    L.marker([lat, lon], { icon, interactive: false, keyboard: false }).addTo(map);
  }
}

async function outlines(map) {
  if (!config.outlines) return;
  let areas;
  try {
    const answer = await fetch(config.outlines);
    if (!answer.ok) return;
    areas = await answer.json();
  } catch {
    return; // the map works without; pins and the list say what matters
  }
  map.createPane("outlines").style.zIndex = 250; // above the tiles, below everything else
  map.getPane("outlines").style.pointerEvents = "none";
  const style = { className: "outline", pane: "outlines", interactive: false };
  L.geoJSON(areas, { ...style, style: () => style }).addTo(map);
  for (const area of areas.features) label(map, area);
  const credit = areas.attribution ?? areas.features[0]?.properties?.attribution;
  if (!credit) return;
  const line = make("span", "", credit);
  line.lang = "vi"; // as the source of the outlines has it
  map.attributionControl.addAttribution(line.outerHTML);
}

function label(map, area) {
  const place = middle(area.geometry);
  if (!place || !area.properties?.name) return;
  const icon = L.divIcon({ className: "area-label", html: make("span", "area-name", area.properties.name), iconSize: [0, 0] });
  L.marker(place, { icon, interactive: false, keyboard: false, zIndexOffset: -1000 }).addTo(map);
}

/** The centroid of a polygon's largest ring as latitude, longitude: an island must not carry the whole area's name. */
function middle(geometry) {
  const polygons = geometry?.type === "MultiPolygon" ? geometry.coordinates : [geometry?.coordinates ?? []];
  let best = null;
  let most = 0;
  for (const [ring] of polygons) {
    let area = 0, x = 0, y = 0;
    for (let i = 1; i < (ring?.length ?? 0); i += 1) {
      const cross = ring[i - 1][0] * ring[i][1] - ring[i][0] * ring[i - 1][1];
      area += cross;
      x += (ring[i - 1][0] + ring[i][0]) * cross;
      y += (ring[i - 1][1] + ring[i][1]) * cross;
    }
    if (Math.abs(area) > most) {
      most = Math.abs(area);
      best = [y / (3 * area), x / (3 * area)];
    }
  }
  return best;
}

/** A drop-shaped pin whose tip is the place; `colour` is a category's, else the page's accent; a place not `sure` is drawn so. */
export function drop(colour = null, sure = true) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const shape = document.createElementNS(space, "path");
  const hole = document.createElementNS(space, "circle");
  svg.setAttribute("viewBox", "0 0 32 40");
  svg.setAttribute("class", sure ? "drop" : "drop drop-unsure");
  svg.setAttribute("aria-hidden", "true");
  shape.setAttribute("d", "M16 1a14 14 0 0 0-14 14c0 10 14 24 14 24s14-14 14-24A14 14 0 0 0 16 1z");
  if (colour) shape.setAttribute("fill", colour);
  hole.setAttribute("cx", "16");
  hole.setAttribute("cy", "15");
  hole.setAttribute("r", "5");
  svg.append(shape, hole);
  return L.divIcon({ className: "drop-frame", html: svg, iconSize: [44, 54], iconAnchor: [22, 53] });
}
