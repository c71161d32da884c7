// The small map of a report's page, copying and sharing.
import { copying } from "./copy.js";
import { drop, makeMap } from "./map.js";
import { byId, config } from "./page.js";
import { watch } from "./pictures.js";
import { here as offerNews } from "./push.js";

const L = window.L;
const CELL = 350; // metres: half the diagonal of a public cell of a sensitive category

copying();
watch(document);
offerNews();
const { lon, lat, blurred } = config.place;
// One finger scrolls the page; the map is moved by its buttons or by two fingers.
const map = makeMap(byId("map"), { scrollWheelZoom: false, dragging: !L.Browser.mobile });
if (blurred) L.circle([lat, lon], { radius: CELL, className: "circle", interactive: false }).addTo(map);
else L.marker([lat, lon], { icon: drop(config.colour), interactive: false, keyboard: false }).addTo(map);
map.on("plain", () => map.setView([lat, lon], 10.5, { animate: false }));
map.setView([lat, lon], blurred ? 14 : 16, { animate: false });
