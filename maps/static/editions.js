"use strict";
// The ground that changes between two editions, hatched by kind, with the borders that go and those that come.
quangnam.editions = (map) => {
  const { data, make, base } = quangnam;
  base(map);
  for (const [name, z] of [["pieces", 360], ["borders", 370]]) map.createPane(name).style.zIndex = z;
  const stays = ({ what, hands }) => (!hands && (what === "merged" || what === "split") ? " stays" : "");
  const pieces = L.geoJSON(data.pieces, {
    pane: "pieces", style: ({ properties: one }) => ({ className: `piece piece-${one.what}${stays(one)}` }),
  }).addTo(map);
  for (const name of ["lost", "won"]) {
    L.geoJSON(data[name], { pane: "borders", interactive: false, style: { className: `border-${name}`, fill: false } }).addTo(map);
  }
  const rows = new Map([...document.querySelectorAll("[data-piece]")].map((row) => [row.dataset.piece, row]));

  function tip({ title, size, said }) {
    const box = make("div", "tip");
    const name = make("strong", "", title);
    name.lang = "vi";
    box.append(name, make("span", "", size), make("span", "muted", said));
    return box;
  }

  pieces.eachLayer((layer) => {
    const row = rows.get(String(layer.feature.id));
    const mark = (on) => {
      row.classList.toggle("marked", on);
      if (layer.getElement()) layer.getElement().classList.toggle("marked", on);
    };
    layer.bindTooltip(() => tip(layer.feature.properties), { sticky: true, className: "area-tip" });
    layer.on({ mouseover: () => mark(true), mouseout: () => mark(false) });
    row.addEventListener("mouseenter", () => mark(true));
    row.addEventListener("mouseleave", () => mark(false));
    row.addEventListener("click", () => map.fitBounds(layer.getBounds(), { padding: [40, 40], maxZoom: 13 }));
  });
};
