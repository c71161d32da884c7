"use strict";
// What the four maps share. Every word from data is set by textContent; nothing here writes HTML but credit(), escaped.
const quangnam = (() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const config = read("config");
  const numbers = new Intl.NumberFormat(config.locale);

  function make(tag, kind, text) {
    const element = document.createElement(tag);
    if (kind) element.className = kind;
    if (text !== undefined && text !== null) element.textContent = text;
    return element;
  }

  function say(name, values = {}) {
    return config.words[name].replace(/\{(\w+)\}/g, (_all, key) => values[key]);
  }

  function escaped(text) {
    return make("i", "", text).innerHTML;
  }

  function notice(text) {
    const line = document.getElementById("notice");
    line.textContent = text;
    line.hidden = !text;
  }

  // An address of the API with the page's filters; what lies outside both boxes is asked for in vain.
  function address(path, bounds, more = {}) {
    const query = new URLSearchParams();
    for (const name of ["category", "unit", "area", "state", "since", "until", "q", "edition"]) {
      if (config.filters[name]) query.set(name, config.filters[name]);
    }
    for (const [name, value] of Object.entries(more)) query.set(name, value);
    let box = [Math.max(bounds.getWest(), -180), Math.max(bounds.getSouth(), -90),
      Math.min(bounds.getEast(), 180), Math.min(bounds.getNorth(), 90)];
    const own = (config.filters.bbox || "").split(",").map(Number);
    if (own.length === 4) {
      box = [Math.max(box[0], own[0]), Math.max(box[1], own[1]), Math.min(box[2], own[2]), Math.min(box[3], own[3])];
      if (box[0] > box[2] || box[1] > box[3]) return null;
    }
    query.set("bbox", box.map((value) => value.toFixed(6)).join(","));
    return `${config.api}${path}?${query}`;
  }

  let asked = null;
  // JSON from the API; an older question is dropped, for the map has moved on. Undefined where there is no answer.
  async function ask(url, task = null) {
    if (!task) {
      if (asked) asked.abort();
      asked = task = new AbortController();
    }
    try {
      const response = await fetch(url, { signal: task.signal, headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(String(response.status));
      notice("");
      return await response.json();
    } catch (error) {
      if (error.name !== "AbortError") notice(say("failed"));
      return undefined;
    }
  }

  function pane(map, name, z) {
    map.createPane(name).style.zIndex = z;
    return name;
  }

  function name(kind, text) {
    return L.divIcon({ className: kind, html: make("span", "", text), iconSize: [0, 0] });
  }

  // Names stay where their area is wide enough for them.
  function names(map, features) {
    const where = pane(map, "names", 450);
    const all = features.map((feature) => {
      const [lon, lat] = feature.properties.label;
      const icon = name("area-name", feature.properties.name);
      const marker = L.marker([lat, lon], { icon, pane: where, interactive: false, keyboard: false }).addTo(map);
      const box = L.geoJSON(feature).getBounds();
      return { marker, box };
    });
    const fit = () => {
      for (const { marker, box } of all) {
        const width = map.latLngToLayerPoint(box.getSouthEast()).x - map.latLngToLayerPoint(box.getNorthWest()).x;
        const label = marker.getElement().firstElementChild;
        marker.getElement().classList.toggle("crowded", label.offsetWidth > width * 0.95);
      }
    };
    map.on("zoomend", fit);
    fit();
    if (document.fonts) document.fonts.ready.then(fit);
  }

  function base(map, styled) {
    const frame = map.getContainer();
    frame.setAttribute("aria-label", say("map"));
    frame.setAttribute("role", "application");
    L.control.zoom({ zoomInTitle: say("zoomIn"), zoomOutTitle: say("zoomOut") }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    map.attributionControl.setPrefix('<a href="https://leafletjs.com">Leaflet</a>');
    // Land is painted until the base map has really come: its host may be out of reach.
    map.eachLayer((layer) => {
      if (layer instanceof L.TileLayer) layer.once("tileload", () => frame.classList.add("with-basemap"));
    });
    const ground = pane(map, "ground", 150);
    L.polygon(config.sea, { pane: ground, interactive: false, className: "sea" }).addTo(map);
    if (config.around) {
      L.geoJSON(config.around, { pane: ground, interactive: false, style: { className: "land" } }).addTo(map);
    }
    const seas = pane(map, "seas", 440);
    for (const label of config.labels) {
      L.marker([label.lat, label.lon], { icon: name("sea-name", label.name), pane: seas, interactive: false, keyboard: false }).addTo(map);
    }
    if (!config.outlines) return null;
    const areas = L.geoJSON(config.outlines, {
      pane: pane(map, "areas", 350), interactive: Boolean(styled), style: styled || { className: "outline" },
    }).addTo(map);
    map.attributionControl.addAttribution(`<span lang="vi">${escaped(config.outlines.attribution)}</span>`);
    if (config.outlines.features.length) map.fitBounds(areas.getBounds(), { paddingTopLeft: [8, 8], paddingBottomRight: [72, 24], animate: false });
    names(map, config.outlines.features);
    return areas;
  }

  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (still) L.Map.mergeOptions({ zoomAnimation: false, fadeAnimation: false, markerZoomAnimation: false, inertia: false });

  const wide = window.matchMedia("(min-width: 60rem)");
  const filters = document.querySelector("details.filters");
  if (filters && wide.matches) filters.open = true;
  // On a phone the names of the maps are wider than the page.
  document.querySelector("[aria-current]").scrollIntoView({ block: "nearest", inline: "center" });

  return { config, data: read("data"), numbers, make, say, notice, address, ask, base, still };
})();
