// Reports on the map: as marks that gather where they are many, as the server's counts where they are too many.
import { ago, badge, calm, categoryName, make, number, say } from "./page.js";

const L = window.L;

function bubble(count) {
  const size = count < 10 ? 44 : count < 100 ? 50 : count < 1000 ? 58 : 66;
  const text = make("span", "", number(count));
  text.setAttribute("aria-hidden", "true");
  const frame = make("span", "cell", text, make("span", "sr", say("many", { count: number(count) })));
  return L.divIcon({ className: "cell-frame", html: frame, iconSize: [size, size] });
}

const gathered = (cluster) =>
  bubble(cluster.getAllChildMarkers().reduce((sum, one) => sum + (one.options.count ?? 1), 0));

function mark({ id, geometry, properties }) {
  const [lon, lat] = geometry.coordinates;
  const name = categoryName(properties.category);
  const frame = make("span", properties.state === "received" ? "pin pin-waiting" : "pin", badge(properties.category));
  const icon = L.divIcon({ className: "pin-frame", html: frame, iconSize: [44, 44] });
  const place = properties.area_name ? `${name}, ${properties.area_name}` : name;
  const made = L.marker([lat, lon], { icon, title: place, alt: place });
  return made.bindPopup(() => popup(id, name, properties), { maxWidth: 300, minWidth: 220, autoPanPadding: [24, 24] });
}

function popup(code, name, properties) {
  const [photo] = properties.photos;
  const picture = photo ? make("img", "popup-photo") : null;
  if (picture) {
    picture.src = photo.replace(/\.jpg$/, "-small.jpg");
    picture.alt = "";
  }
  const title = make("p", "popup-title", name);
  const state = make("span", `state state-${properties.state}`, say(`state_${properties.state}`) || properties.state);
  const line = make("p", "popup-line", state, " ", make("span", "muted", ago(properties.created_at)));
  const again = properties.recurrence > 1 ? make("p", "popup-again", say("again", { count: properties.recurrence })) : null;
  const unit = make("p", "muted", properties.unit_name);
  unit.lang = "vi";
  const content = properties.content ? make("p", "popup-content", properties.content) : null;
  if (content) content.lang = "vi";
  const link = make("a", "popup-link", say("open"));
  link.href = `/reports/${encodeURIComponent(code)}`;
  const demo = properties.demo ? make("p", "", make("span", "demo-mark", say("demo"))) : null;
  return make("div", "popup", picture, title, line, again, content, unit, demo, link);
}

/** What is opened by a key is read by a key: the popup takes the focus, and gives it back to its mark. */
function reading(map) {
  map.on("popupopen", ({ popup: opened }) => {
    const frame = opened.getElement();
    frame.setAttribute("role", "dialog");
    frame.setAttribute("aria-label", frame.querySelector(".popup-title")?.textContent ?? "");
    const from = document.activeElement;
    if (!from?.matches(".pin-frame")) return;
    frame.querySelector(".popup-link").focus();
    frame.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      map.closePopup();
      from.focus();
    });
  });
}

/** The layer of a map: `reports(features)` and `cells(features)` draw, `any(bounds)` tells whether something is there. */
export function marking(map) {
  const layer = L.markerClusterGroup({
    showCoverageOnHover: false,
    maxClusterRadius: 64,
    spiderfyDistanceMultiplier: 1.8,
    animate: !calm,
    iconCreateFunction: gathered,
  });
  map.addLayer(layer);
  reading(map);
  const draw = (made) => {
    layer.clearLayers();
    layer.addLayers(made);
  };
  /** A cell of the server's counts, at the mean of its reports; a press goes closer. */
  const cell = ({ geometry, properties }) => {
    const [lon, lat] = geometry.coordinates;
    const made = L.marker([lat, lon], { icon: bubble(properties.count), count: properties.count });
    return made.on("click keypress", () => map.setView([lat, lon], Math.min(map.getZoom() + 2, 19)));
  };
  return {
    reports: (features) => draw(features.map(mark)),
    cells: (features) => draw(features.map(cell)),
    any: (bounds) => layer.getLayers().some((one) => bounds.contains(one.getLatLng())),
  };
}
