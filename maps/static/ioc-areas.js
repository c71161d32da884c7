"use strict";
// Districts coloured by the chosen measure, their legend, and the table that is the map's equal.
quangnam.wall.part((map) => {
  const { base, make, wall } = quangnam;
  let found = { areas: [], legends: {} };
  const outlines = base(map, () => ({ className: "choropleth class-0" }));
  // The province stands beside the open panel, not under it.
  if (window.matchMedia("(min-width: 100rem)").matches) {
    wall.element("layers").open = true;
    if (outlines) map.fitBounds(outlines.getBounds(), { paddingTopLeft: [200, 8], paddingBottomRight: [72, 24], animate: false });
  }
  const names = new Map([...document.querySelectorAll("[name=measure]")].map((one) => [one.value, one.parentElement.textContent.trim()]));
  if (!names.has(wall.state.measure)) wall.state.measure = "open";

  const of = (code) => found.areas.find((one) => one.code === code);

  function tip(code) {
    const box = make("div", "tip");
    const one = of(code);
    if (!one) return box;
    const name = make("strong", "", one.name);
    name.lang = "vi";
    box.append(name);
    for (const [measure, text] of names) box.append(make("span", "", `${text}: ${one.values[measure]}`));
    return box;
  }

  if (outlines) outlines.eachLayer((layer) => layer.bindTooltip(() => tip(layer.feature.id), { sticky: true, className: "area-tip" }));

  function paint() {
    const on = !wall.off("areas");
    if (outlines) {
      outlines.eachLayer((layer) => {
        const path = layer.getElement();
        if (!path) return;
        const one = of(layer.feature.id);
        for (let number = 0; number <= 5; number += 1) path.classList.remove(`class-${number}`);
        path.classList.add(`class-${on && one ? one.classes[wall.state.measure] : 0}`);
      });
    }
    wall.element("key").hidden = !on;
    wall.element("key-title").textContent = names.get(wall.state.measure);
    const legend = (found.legends[wall.state.measure] || []).map(([place, words]) => {
      const line = make("li");
      line.append(make("span", `swatch class-${place}`), make("span", "", words));
      return line;
    });
    wall.element("classes").replaceChildren(...legend);
  }

  function line(one) {
    const row = make("tr");
    const name = make("th", "", one.name);
    name.scope = "row";
    name.lang = "vi";
    row.append(name, ...[...names.keys()].map((measure) => make("td", "figure", one.values[measure])));
    return row;
  }

  wall.off = (layer) => wall.state.off.split(",").includes(layer);
  wall.on("overview", (overview) => {
    const same = JSON.stringify([found.areas, found.legends]) === JSON.stringify([overview.areas, overview.legends]);
    found = overview;
    if (same) return;
    wall.sync(wall.element("area-rows"), found.areas, (one) => one.code, line);
    paint();
  });
  wall.on("chosen", paint);
  const chosen = document.querySelector(`[name=measure][value="${wall.state.measure}"]`);
  chosen.checked = true;
  wall.element("measures").addEventListener("change", ({ target }) => wall.choose({ measure: target.value }));
});
