// The map of an edition, or of a file that was checked, with the places of what was found in it.
import { makeMap } from "./map.js";
import { byId, config, make } from "./page.js";

const L = window.L;
const EVERY = 2000; // milliseconds
const CLOSE = 15; // zoom at which a gap of some metres can be seen
const WORLD = 85; // degrees of latitude that a map has; what lies beyond has its axes swapped, or metres for degrees
const WIDE = 480; // pixels

const map = makeMap(byId("map"));
const [west, south, east, north] = config.bounds;
show(L.latLngBounds([south, west], [north, east]));

/** Shows a part of the map, with room in the east for the name of the sea where the map is wide enough. */
function show(bounds) {
  const east = map.getSize().x > WIDE ? 130 : 16;
  map.fitBounds(bounds, { paddingTopLeft: [16, 16], paddingBottomRight: [east, 16], maxZoom: CLOSE, animate: false });
}

/** Draws what was read, over the borders in force, and shows all of it. */
async function read() {
  const answer = await fetch(config.read).catch(() => null);
  if (!answer?.ok) return; // the list says the same in words
  const areas = L.geoJSON(await answer.json(), {
    style: () => ({ className: "read-area" }),
    onEachFeature: ({ properties: { code, name } }, layer) =>
      layer.bindTooltip(() => make("span", "", `${name} (${code})`), { sticky: true }),
  }).addTo(map);
  const markers = new Map(config.places.map((place) => [place.number, marker(place)]));
  for (const button of document.querySelectorAll("[data-place]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const at = markers.get(Number(button.dataset.place)).getLatLng();
      map.setView(at, CLOSE, { animate: false });
      byId("map").scrollIntoView({ block: "nearest" });
      byId("map").focus({ preventScroll: true });
    });
  }
  const bounds = L.featureGroup([areas, ...markers.values()]).getBounds();
  if (bounds.isValid() && Math.max(-bounds.getSouth(), bounds.getNorth()) < WORLD) show(bounds);
}

/** A numbered place; a press leads to its line in the list. */
function marker({ number, at: [lon, lat], serious }) {
  const html = make("span", serious ? "finding-pin is-bad" : "finding-pin", String(number));
  const icon = L.divIcon({ className: "finding-frame", html, iconSize: [44, 44] });
  const line = byId(`finding-${number}`);
  // A fault and a note may lie at one place: the fault must be within reach.
  const title = line.querySelector(".finding-text").textContent;
  const made = L.marker([lat, lon], { icon, title, zIndexOffset: serious ? 10_000 : 0 });
  made.on("click", () => {
    line.scrollIntoView({ block: "center" });
    line.focus({ preventScroll: true });
  });
  return made.addTo(map);
}

/** Asks until the worker has done what it was asked for; the page is then made anew. */
async function look() {
  const answer = await fetch(config.state).catch(() => null);
  const told = answer?.ok ? await answer.json() : null;
  if (told && told.stamp !== config.stamp) {
    location.reload();
    return;
  }
  setTimeout(look, EVERY);
}

if (config.read) read();
if (config.stamp) setTimeout(look, EVERY);
