"use strict";
// Where there are more reports than usual: a Leaflet layer that loads itself when it is put on a map, anew after a
// minute. It fires "found" with the answer of the API; `choose(number)` brings one of its places into view.
quangnam.hotspots = (map) => {
  const { config, make, say, ask } = quangnam;
  const KEPT = 60_000; // milliseconds, as long as the server keeps its answer
  if (!map.getPane("hotspots")) map.createPane("hotspots").style.zIndex = 420;
  const numbers = new Intl.NumberFormat(config.locale, { maximumSignificantDigits: 2 });
  const clear = { autoPanPaddingTopLeft: [12, 112] }; // of the zoom buttons above it
  let places = new Map();
  let rings = new Map();
  let asked = 0;

  const layer = L.geoJSON(null, {
    pane: "hotspots",
    style: (feature) => ({ className: `hot-cell hot-${String(feature.properties.level).replace(".", "")}` }),
    onEachFeature: (feature, cell) => cell.bindPopup(() => told(places.get(feature.properties.place)), clear),
  });

  function told(one) {
    const box = make("div", "report");
    const name = make("strong", "", one.name || say("offshore"));
    if (one.name) name.lang = "vi";
    const p = one.p < 0.0001 ? `< ${numbers.format(0.0001)}` : `= ${numbers.format(one.p)}`;
    box.append(name, make("p", "", one.sentence), make("p", "muted", `Gi* z = ${numbers.format(one.z)}; p ${p}`));
    return box;
  }

  // Of the whole province a cell is a few pixels wide: a ring of always the same size is seen.
  function ring(one) {
    return L.circleMarker([one.lat, one.lon], { pane: "hotspots", radius: 16, className: "hot-ring" }).bindPopup(() => told(one), clear);
  }

  function address(path) {
    const query = new URLSearchParams({ lang: document.documentElement.lang });
    for (const name of ["category", "unit", "until", "demo"]) {
      if (config.filters[name]) query.set(name, config.filters[name]);
    }
    return `${config.api}${path}?${query}`;
  }

  layer.load = async () => {
    asked = Date.now();
    const found = await ask(address("/hotspots"), new AbortController());
    if (!found) {
      asked = 0;
      return;
    }
    places = new Map(found.places.map((one) => [one.number, one]));
    layer.clearLayers();
    layer.addData(found);
    rings = new Map(found.places.map((one) => [one.number, ring(one)]));
    for (const one of rings.values()) layer.addLayer(one);
    layer.fire("found", { found });
  };
  layer.again = () => ask(address("/recurring"), new AbortController());
  layer.choose = (number) => {
    const cells = layer.getLayers().filter((one) => one.feature && one.feature.properties.place === number);
    map.fitBounds(L.featureGroup(cells).getBounds(), { padding: [60, 60], maxZoom: 13 });
    rings.get(number).openPopup();
  };
  layer.on("add", () => {
    if (Date.now() - asked > KEPT) layer.load();
  });
  return layer;
};
