// Where the suggested and the accepted corrections are; a row of the list and its place point at each other.
import { makeMap } from "./map.js";
import { byId, config, make } from "./page.js";

const L = window.L;
const map = makeMap(byId("map"), { scrollWheelZoom: false });
const rows = new Map([...document.querySelectorAll("[data-key]")].map((row) => [row.dataset.key, row]));

const places = L.geoJSON(config.places, {
  style: (place) => ({ className: `correction is-${place.properties.state}` }),
  onEachFeature: (place, layer) => {
    layer.bindTooltip(() => make("span", "", place.properties.name)); // text: a string would be HTML
    layer.on("click", () => rows.get(place.id)?.scrollIntoView({ block: "center" }));
    const show = rows.get(place.id)?.querySelector("[data-show]");
    if (!show) return;
    show.hidden = false;
    show.addEventListener("click", () => {
      map.fitBounds(layer.getBounds().pad(0.5), { maxZoom: 17, animate: false });
      byId("map").scrollIntoView({ block: "nearest" });
    });
  },
}).addTo(map);
if (config.places.length) map.fitBounds(places.getBounds().pad(0.3), { maxZoom: 16, animate: false });
