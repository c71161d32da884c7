// The planner's map: an area is chosen by a click, a box is drawn, and dots say where the chosen reports are.
import { makeMap } from "./map.js";
import { byId, config, later, make, say } from "./page.js";

const L = window.L;
const LEAST = 6; // pixels that a box is wide, else it was a click
const written = (bounds) => [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()]
  .map((side) => side.toFixed(4)).join(",");

/** West, south, east, north of a field as Leaflet's bounds; null for anything else. */
function read(text) {
  const sides = text.split(",").map(Number);
  if (sides.length !== 4 || !sides.every(Number.isFinite)) return null;
  const [west, south, east, north] = sides;
  return west <= east && south <= north ? L.latLngBounds([south, west], [north, east]) : null;
}

/** Ties map and form together; `changed()` after a choice on the map, `query()` says which reports to show. */
export function choosing({ changed, query }) {
  const area = byId("area");
  const commune = byId("commune");
  const bbox = byId("bbox");
  const map = makeMap(byId("map"));
  const areas = new Map();
  const box = L.rectangle([[0, 0], [0, 0]], { className: "pick-box", interactive: false });
  const dots = L.layerGroup().addTo(map);
  let asked = null;

  function draw() {
    for (const [code, layer] of areas) layer.getElement()?.classList.toggle("is-chosen", code === area.value);
    const bounds = read(bbox.value);
    byId("draw-none").hidden = !bbox.value;
    if (bounds) box.setBounds(bounds).addTo(map);
    else box.remove();
  }

  function chosen(field, value) {
    field.value = value;
    draw();
    changed();
  }

  async function clickable() {
    if (!config.outlines) return;
    const answer = await fetch(config.outlines).catch(() => null);
    if (!answer?.ok) return; // the list of areas in the form does the same
    map.createPane("pick").style.zIndex = 260;
    L.geoJSON(await answer.json(), {
      pane: "pick",
      style: () => ({ className: "pick-area" }),
      onEachFeature: ({ id, properties }, layer) => {
        areas.set(id, layer);
        layer.bindTooltip(() => make("span", "", properties.name), { sticky: true });
        layer.on("click", () => chosen(area, area.value === id ? "" : id));
      },
    }).addTo(map);
    draw();
  }

  async function show() {
    asked?.abort();
    dots.clearLayers();
    if (bbox.value && !read(bbox.value)) return;
    const task = asked = new AbortController();
    const view = map.getBounds().pad(0.1);
    const within = new URLSearchParams([...query(), ["zoom", Math.floor(map.getZoom()) + 1]]);
    if (!within.has("bbox")) within.set("bbox", written(view));
    try {
      const answer = await fetch(`/api/v1/density?${within}`, { signal: task.signal });
      if (!answer.ok) return;
      const { features } = await answer.json();
      for (const { geometry: { coordinates: [lon, lat] }, properties: { count } } of features) {
        const radius = Math.min(11, 2.5 + 1.2 * Math.sqrt(count));
        L.circleMarker([lat, lon], { radius, className: "pick-dot", interactive: false }).addTo(dots);
      }
    } catch {
      // The count beside the map says how many there are.
    }
  }

  drawing(map, (bounds) => chosen(bbox, written(bounds)));
  byId("draw-view").addEventListener("click", () => chosen(bbox, written(map.getBounds())));
  byId("draw-none").addEventListener("click", () => {
    chosen(bbox, "");
    byId("draw-box").focus();
  });
  byId("draw").hidden = false;
  const sides = () => commune?.selectedOptions[0]?.dataset.box ?? area.selectedOptions[0].dataset.box ?? "";
  for (const field of [area, commune]) {
    field?.addEventListener("change", () => {
      const bounds = read(field === area ? area.selectedOptions[0].dataset.box ?? "" : sides());
      if (bounds) map.fitBounds(bounds, { padding: [12, 12], animate: false });
    });
  }
  map.on("moveend", later(300, show));
  const bounds = read(bbox.value) ?? read(sides());
  if (bounds) map.fitBounds(bounds, { padding: [12, 12], animate: false });
  clickable();
  draw();
  return { draw, show };
}

/** A box drawn with finger, pen or mouse, once its button is pressed. */
function drawing(map, done) {
  const button = byId("draw-box");
  const frame = map.getContainer();
  const shape = L.rectangle([[0, 0], [0, 0]], { className: "pick-box", interactive: false });
  const at = (event) => map.mouseEventToLatLng(event);
  let from = null;

  function mode(on) {
    button.setAttribute("aria-pressed", String(on));
    frame.classList.toggle("is-drawing", on);
    byId("map-status").textContent = on ? say("draw") : "";
    map.dragging[on ? "disable" : "enable"]();
    from = null;
    shape.remove();
  }

  const pressed = () => button.getAttribute("aria-pressed") === "true";
  button.addEventListener("click", () => mode(!pressed()));
  addEventListener("keydown", (event) => { if (event.key === "Escape" && pressed()) mode(false); });
  frame.addEventListener("pointerdown", (event) => {
    if (!pressed() || event.target.closest(".leaflet-control")) return;
    from = event;
    frame.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  frame.addEventListener("pointermove", (event) => {
    if (from) shape.setBounds(L.latLngBounds(at(from), at(event))).addTo(map);
  });
  frame.addEventListener("pointerup", (event) => {
    if (!from) return;
    const [start, end] = [at(from), at(event)];
    const wide = Math.abs(event.clientX - from.clientX) > LEAST && Math.abs(event.clientY - from.clientY) > LEAST;
    if (!wide) {
      from = null;
      return;
    }
    mode(false);
    done(L.latLngBounds(start, end));
  });
}
