"use strict";
// Reports as markers in clusters. Of many reports the page has only cells; single ones come as one zooms in.
quangnam.incidents = (map) => {
  const { config, data, numbers, make, say, address, ask, base, still } = quangnam;
  const SINGLE = 800; // reports in view that are shown one by one
  const times = new Intl.DateTimeFormat(config.locale, { dateStyle: "medium", timeStyle: "short", timeZone: "Asia/Ho_Chi_Minh" });

  base(map);
  const clusters = L.markerClusterGroup({
    showCoverageOnHover: false,
    animate: !still,
    maxClusterRadius: 54,
    iconCreateFunction: (cluster) => bubble(cluster.getAllChildMarkers().reduce((sum, one) => sum + one.options.count, 0)),
  }).addTo(map);

  function bubble(count) {
    const size = 34 + 7 * Math.min(Math.log10(count), 4.5);
    const text = numbers.format(count);
    const shown = make("span", "", text);
    shown.setAttribute("aria-hidden", "true");
    const html = make("span");
    html.append(shown, make("span", "sr", say("many", { count: text })));
    return L.divIcon({ className: "bubble", html, iconSize: [size, size] });
  }

  function badge(category) {
    const drawn = document.querySelector(`svg[data-category="${CSS.escape(category)}"]`);
    if (drawn) return drawn.cloneNode(true);
    return make("span", "badge other");
  }

  function categoryName(code) {
    return config.categories[code] || say("unknown");
  }

  // A report's own words come last, from the API or, in a file, with the page.
  function popup(feature) {
    const { category, state, unit_name: unit, area_name: area, created_at: created, demo, content } = feature.properties;
    const box = make("div", "report");
    const head = make("p", "report-head");
    head.append(badge(category), make("strong", "", categoryName(category)));
    box.append(head, make("p", "state", config.states[state] || state));
    if (demo) box.append(make("p", "demo", say("demo")));
    const facts = make("p", "facts");
    const tell = (...texts) => facts.replaceChildren(...texts.filter(Boolean).flatMap((text) => [make("bdi", "", text), make("br")]));
    tell(area, unit, times.format(new Date(created)));
    const words = make("p", "words");
    words.dir = "auto";
    box.append(facts, words);
    words.hidden = !content;
    words.textContent = content || "";
    if (config.report) {
      const link = make("a", "button", say("open"));
      link.href = config.report + encodeURIComponent(feature.id);
      box.append(link);
    }
    box.append(make("p", "code", feature.id));
    if (config.api && content === undefined) {
      ask(`${config.api}/reports/${encodeURIComponent(feature.id)}`, new AbortController()).then((found) => {
        if (found && !unit) tell(found.properties.area_name, found.properties.unit_name, times.format(new Date(created)));
        const text = found && found.properties.content;
        if (text) {
          words.textContent = text.length > 240 ? `${text.slice(0, 240)}…` : text;
          words.hidden = false;
        }
      });
    }
    return box;
  }

  function single(feature) {
    const [lon, lat] = feature.geometry.coordinates;
    const { category } = feature.properties;
    const icon = L.divIcon({ className: "pin", html: badge(category), iconSize: [34, 34] });
    const marker = L.marker([lat, lon], { icon, count: 1, title: categoryName(category) });
    return marker.bindPopup(() => popup(feature), { minWidth: 220, maxWidth: 280 });
  }

  function cell([lon, lat, count]) {
    const marker = L.marker([lat, lon], { icon: bubble(count), count });
    return marker.on("click keypress", ({ type, originalEvent }) => {
      if (type === "click" || originalEvent.key === "Enter") map.setView([lat, lon], Math.min(map.getZoom() + 3, 18));
    });
  }

  function show(markers) {
    pins = null;
    clusters.clearLayers();
    clusters.addLayers(markers);
  }

  function showSingle(features) {
    const markers = features.map(single);
    show(markers);
    pins = new Map(features.map((feature, index) => [feature.id, { feature, marker: markers[index] }]));
  }

  // What happens while single reports are shown: the newest MOST stay.
  const MOST = 3000;
  let pins = null;
  function drop(code) {
    const pin = pins.get(code);
    if (pin) clusters.removeLayer(pin.marker);
    pins.delete(code);
  }
  for (const name of ["report", "step"]) {
    document.addEventListener(`quangnam:${name}`, ({ detail }) => {
      const pin = pins?.get(detail.code);
      if (pin && !quangnam.matches(detail)) drop(detail.code);
      else if (pin) Object.assign(pin.feature.properties, { state: detail.state, unit_name: undefined });
      else if (pins && quangnam.matches(detail) && (name === "report" || data.reports)) {
        if (pins.size >= MOST) drop(pins.keys().next().value);
        const { code, lon, lat, category, state, created_at, demo } = detail;
        const feature = { id: code, geometry: { coordinates: [lon, lat] }, properties: { category, state, created_at, demo } };
        pins.set(code, { feature, marker: single(feature) });
        clusters.addLayer(pins.get(code).marker);
      }
    });
  }

  if (data.reports) {
    showSingle(data.reports.features);
    return;
  }
  let coarse = true;
  show(data.cells.map(cell));
  if (!config.api) return;
  map.on("moveend", async () => {
    const zoom = map.getZoom();
    if (zoom < data.zoom - 1) {
      if (!coarse) show(data.cells.map(cell));
      coarse = true;
      return;
    }
    const view = map.getBounds().pad(0.1);
    const inView = data.cells.filter(([lon, lat]) => view.contains([lat, lon])).reduce((sum, one) => sum + one[2], 0);
    let url = address("/density", view, { zoom: Math.min(Math.round(zoom), 19) });
    if (url && inView > 4 * SINGLE) {
      const found = await ask(url);
      if (found && found.total > SINGLE) {
        coarse = false;
        show(found.features.map((one) => cell([...one.geometry.coordinates, one.properties.count])));
      }
      if (!found || found.total > SINGLE) return;
    }
    url = address("/reports", view, { limit: 1000 });
    const found = url && (await ask(url));
    if (!found) return;
    coarse = false;
    showSingle(found.features);
  });
};
