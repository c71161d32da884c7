"use strict";
// Heat from weighted cells, scaled to what is in view.
quangnam.heat = (map) => {
  const RADIUS = 24;
  const layer = L.heatLayer([], {
    radius: RADIUS, blur: 18, minOpacity: 0.1, maxZoom: 1, // 1: no fading by zoom, the scale below does that
    gradient: { 0.15: "#fed976", 0.4: "#fd8d3c", 0.65: "#e31a1c", 0.85: "#b10026", 1: "#5c0022" },
  }).addTo(map);
  layer._canvas.setAttribute("aria-hidden", "true");

  // What the fullest places on the screen add up to.
  function peak(points) {
    const sums = new Map();
    const view = map.getPixelBounds();
    for (const [lat, lon, count] of points) {
      const at = map.project([lat, lon]);
      if (!view.contains(at)) continue;
      const key = `${Math.floor(at.x / RADIUS)},${Math.floor(at.y / RADIUS)}`;
      sums.set(key, (sums.get(key) || 0) + count);
    }
    const sorted = [...sums.values()].sort((a, b) => a - b);
    return sorted.length ? Math.max(sorted[Math.floor((sorted.length - 1) * 0.985)], 3) : 3;
  }

  return {
    peak,
    show(points, max) {
      layer.setOptions({ max });
      layer.setLatLngs(points);
    },
  };
};

quangnam.heatmap = (map) => {
  const { config, data, address, ask, base, heat } = quangnam;
  base(map);
  const drawn = heat(map);
  const turn = ([lon, lat, count]) => [lat, lon, count];
  const coarse = data.cells.map(turn);
  const show = (points) => drawn.show(points, drawn.peak(points));
  show(coarse);
  if (config.api) quangnam.hotList(map);
  map.on("moveend", async () => {
    const zoom = Math.round(map.getZoom()) + 1; // whole: a map without a base map stops between zooms
    const url = config.api && zoom > data.zoom && address("/density", map.getBounds().pad(0.2), demo({ zoom: Math.min(zoom, 19) }));
    const found = url && (await ask(url));
    show(found ? found.features.map((one) => turn([...one.geometry.coordinates, one.properties.count])) : coarse);
  });

  function demo(query) {
    if (config.filters.demo !== undefined) query.demo = config.filters.demo;
    return query;
  }
};
