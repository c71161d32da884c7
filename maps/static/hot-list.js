"use strict";
// The switch of the hot spots, and their equal: a list of the places, and of those where reports keep coming back.
quangnam.hotList = (map) => {
  const { config, make, say, hotspots } = quangnam;
  const LINKS = 5;
  const at = (id) => document.getElementById(id);
  const layer = hotspots(map);

  function place(one) {
    const item = make("li");
    const name = make("button", "go", one.name || say("offshore"));
    name.type = "button";
    if (one.name) name.lang = "vi";
    name.addEventListener("click", () => {
      at("map").scrollIntoView({ block: "nearest" });
      layer.choose(one.number);
    });
    item.append(name, make("p", "", one.sentence));
    return item;
  }

  function again(feature) {
    const item = make("li");
    item.append(make("p", "", feature.properties.sentence));
    const links = make("p", "codes");
    for (const code of feature.properties.codes.slice(0, LINKS)) {
      const link = make("a", "", code);
      link.href = config.report + code;
      links.append(link, " ");
    }
    item.append(links);
    return item;
  }

  layer.on("found", async ({ found }) => {
    at("hot-summary").textContent = found.sentence;
    at("hot-places").replaceChildren(...found.places.map(place));
    at("hot-levels").hidden = !found.places.length;
    const recurring = await layer.again();
    if (!recurring) return;
    at("again-places").replaceChildren(...recurring.features.map(again));
    at("again-none").hidden = recurring.features.length > 0;
    at("again").hidden = false;
  });

  const box = at("hot-switch");
  function turn() {
    at("hot-list").hidden = !box.checked;
    if (box.checked) layer.addTo(map);
    else layer.remove();
  }
  at("hot").hidden = false;
  box.addEventListener("change", turn);
  turn(); // a browser that comes back to a page keeps its boxes
};
