"use strict";
// Areas coloured by class; the numbers come written in the reader's language.
quangnam.districts = (map) => {
  const { data, make, say, base } = quangnam;
  let measure = "rate";
  const kind = (code) => `choropleth class-${data.areas[code] ? data.areas[code].classes[measure] : 0}`;
  const areas = base(map, (feature) => ({ className: kind(feature.id) }));
  if (!areas) return;
  const rows = new Map([...document.querySelectorAll("[data-area]")].map((row) => [row.dataset.area, row]));

  function tip(code) {
    const one = data.areas[code];
    const box = make("div", "tip");
    box.append(make("strong", "", one.name), make("span", "", say("count", { count: one.count })));
    box.append(make("span", "", say("rate", { count: one.rate })), make("span", "muted", say("area", { count: one.area })));
    return box;
  }

  function mark(layer, on) {
    const row = rows.get(layer.feature.id);
    if (row) row.classList.toggle("marked", on);
    if (layer.getElement()) layer.getElement().classList.toggle("marked", on);
    if (on) layer.bringToFront();
  }

  areas.eachLayer((layer) => {
    const code = layer.feature.id;
    if (!data.areas[code]) return;
    layer.bindTooltip(() => tip(code), { sticky: true, className: "area-tip" });
    layer.on({ mouseover: () => mark(layer, true), mouseout: () => mark(layer, false) });
    const row = rows.get(code);
    if (!row) return;
    row.addEventListener("mouseenter", () => mark(layer, true));
    row.addEventListener("mouseleave", () => mark(layer, false));
    row.addEventListener("click", () => map.fitBounds(layer.getBounds(), { padding: [40, 40] }));
  });

  const measures = document.getElementById("measures");
  measures.hidden = false;
  measures.addEventListener("change", (event) => {
    measure = event.target.value;
    areas.eachLayer((layer) => {
      for (let number = 0; number <= 5; number += 1) layer.getElement().classList.remove(`class-${number}`);
      layer.getElement().classList.add(...kind(layer.feature.id).split(" "));
    });
    for (const legend of document.querySelectorAll("[data-legend]")) legend.hidden = legend.dataset.legend !== measure;
  });
};
