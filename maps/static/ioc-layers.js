"use strict";
// Heat of what is in view, pins of the newest, hot spots; each can be switched off.
quangnam.wall.part((map) => {
  const { config, address, heat, make, say, wall } = quangnam;
  const PINS = 50, REST = 5_000; // milliseconds between two looks at the heat, however much happens
  const drawn = heat(map);
  const canvas = document.querySelector(".leaflet-heatmap-layer");
  const pins = L.layerGroup().addTo(map);
  const markers = new Map(); // by code, the oldest first
  let spots = null, timer = 0, asked = 0, task = null, demo = quangnam.data.overview.demo;
  wall.heat = drawn;

  function soon() {
    if (!timer) timer = setTimeout(ask, Math.max(REST - (Date.now() - asked), 0));
  }

  async function ask() {
    clearTimeout(timer);
    timer = 0;
    if (wall.playing || wall.off("heat")) return;
    if (task) task.abort();
    const mine = task = new AbortController();
    asked = Date.now();
    const zoom = Math.min(Math.round(map.getZoom()) + 1, 19);
    const url = address("/density", map.getBounds().pad(0.2), { zoom, demo });
    try {
      const response = url && await fetch(url, { signal: mine.signal });
      if (!response || !response.ok) return;
      const points = (await response.json()).features.map(({ geometry: { coordinates: [lon, lat] }, properties: { count } }) => [lat, lon, count]);
      if (task === mine && !wall.playing) drawn.show(points, drawn.peak(points));
    } catch { /* the next look will tell; the wall says that the connection is lost */ }
  }

  // A report's own words are in the list; a pin only says where, and opens it.
  function pin({ code, category, lon, lat }) {
    const old = markers.get(code);
    if (old) {
      old.setLatLng([lat, lon]);
      return;
    }
    const icon = L.divIcon({ className: "pin small", html: wall.badge(category), iconSize: [26, 26] });
    const marker = L.marker([lat, lon], { icon, keyboard: false, title: config.categories[category] || say("unknown") });
    marker.on("click", () => wall.tell("open", code));
    markers.set(code, marker.addTo(pins));
    for (const [oldest, gone] of markers) {
      if (markers.size <= PINS) break;
      pins.removeLayer(gone);
      markers.delete(oldest);
    }
  }

  function newest({ lists, demo: kind }) {
    demo = kind;
    config.filters.demo = kind ? "1" : "0"; // for the pulses and the hot spots
    const wanted = new Set(lists.newest.map((one) => one.code));
    for (const [code, marker] of markers) {
      if (wanted.has(code)) continue;
      pins.removeLayer(marker);
      markers.delete(code);
    }
    for (const one of lists.newest.toReversed()) pin(one);
  }

  async function hot() {
    const box = document.querySelector("[name=layer][value=hotspots]");
    if (!quangnam.hotspots || (await fetch(`${config.api}/hotspots?${wall.query({ since: "" })}`).then((r) => r.status, () => 404)) === 404) {
      box.parentElement.hidden = true;
      return;
    }
    spots = quangnam.hotspots(map);
    switched();
  }

  function switched() {
    canvas.hidden = wall.off("heat");
    for (const [layer, name] of [[pins, "pins"], [spots, "hotspots"]]) {
      if (!layer) continue;
      if (wall.off(name)) map.removeLayer(layer);
      else if (!map.hasLayer(layer)) map.addLayer(layer);
    }
  }

  const inFilters = (one) => (!wall.state.category || one.category === wall.state.category) && Boolean(one.demo) === demo
    && (!wall.state.unit || one.unit === wall.state.unit || (one.unit && one.unit.code === wall.state.unit));
  wall.on("event", (one) => {
    if (one.lon !== undefined && one.lon !== null && one.action === "receive" && inFilters(one)) pin(one);
    soon();
  });
  wall.on("overview", (overview) => {
    newest(overview);
    soon();
  });
  wall.on("chosen", ({ narrowed, values }) => {
    switched();
    if (narrowed || "off" in values) ask();
  });
  wall.on("live", ask);
  map.on("moveend", ask);
  for (const box of document.querySelectorAll("[name=layer]")) {
    box.checked = !wall.off(box.value);
    box.addEventListener("change", () => {
      const off = [...document.querySelectorAll("[name=layer]:not(:checked)")].map((one) => one.value);
      wall.choose({ off: off.join(",") || "none" });
    });
  }
  // An alarm above it, or a longer bar below, makes the map smaller.
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
  wall.layers = () => markers.size;
  switched();
  hot();
});
