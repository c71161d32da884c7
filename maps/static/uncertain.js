"use strict";
// The belts along the borders, and the heat of the reports that had to be confirmed.
quangnam.uncertain = (map) => {
  const { data, base, heat } = quangnam;
  base(map);
  if (data.belt) {
    map.createPane("belts").style.zIndex = 380; // over the areas, under the heat and the names
    L.geoJSON(data.belt, { pane: "belts", interactive: false, style: { className: "belt" } }).addTo(map);
  }
  const drawn = heat(map);
  const points = data.cells.map(([lon, lat, count]) => [lat, lon, count]);
  const show = () => drawn.show(points, drawn.peak(points));
  show();
  map.on("moveend", show);
};
