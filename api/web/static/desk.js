// The desk's conveniences; everything on it works without them.
import { drop, makeMap } from "./map.js";
import { byId, config } from "./page.js";
import "./print.js";

const L = window.L;
const rows = [...document.querySelectorAll("[data-code]")];
let chosen = -1;

const frame = byId("map");
if (frame.offsetParent !== null) showMap();

function showMap() {
  const map = makeMap(frame, { scrollWheelZoom: rows.length > 0 });
  const marks = config.pins.map(({ code, lon, lat, colour, name, late }) => {
    const mark = L.marker([lat, lon], { icon: drop(colour), title: `${code} · ${name}`, alt: code, zIndexOffset: late ? 500 : 0 });
    if (rows.length) mark.on("click", () => choose(rows.findIndex((row) => row.dataset.code === code)));
    return mark.addTo(map);
  });
  if (marks.length) map.fitBounds(L.featureGroup(marks).getBounds().pad(0.2), { maxZoom: rows.length ? 15 : 16, animate: false });
}

function choose(index) {
  if (!rows.length) return;
  rows[chosen]?.classList.remove("is-chosen");
  chosen = Math.max(0, Math.min(rows.length - 1, index));
  rows[chosen].classList.add("is-chosen");
  rows[chosen].scrollIntoView({ block: "nearest" });
  rows[chosen].querySelector("a").focus({ preventScroll: true });
}

const KEYS = {
  j: () => choose(chosen + 1),
  k: () => choose(chosen - 1),
  x: () => rows[chosen]?.querySelector("input")?.click(),
  n: () => byId("next")?.click(),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=checkbox]), textarea, select")) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

for (const select of document.querySelectorAll("[data-fills]")) {
  select.addEventListener("change", () => {
    if (select.value) byId(select.dataset.fills).value = select.value;
  });
}
