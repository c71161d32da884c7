// The pin: by a tap, a drag, the keyboard, the phone's own position, a search or typed coordinates.
import { decimal } from "./coordinates.js";
import { drop, isPlain, makeMap } from "./map.js";
import { byId, distance, say } from "./page.js";
import { ask, nothingYet } from "./routed.js";
import { searching } from "./search.js";

const L = window.L;
const CLOSE = 17;
const CLOSE_WITHOUT_STREETS = 12;
const ROUGH = 60; // metres; beyond, the reader is asked to drag the pin
const form = byId("report");
const { lon, lat, accuracy } = form.elements;
const note = byId("place-note");
let map, pin, circle;

/** Sets the map up and takes over what the fields already say; `changed` is called with every new point. */
export function placing(changed) {
  map = makeMap(byId("map"), { tap: false });
  map.on("click", ({ latlng }) => put(latlng.lng, latlng.lat));
  // Arrow keys move the map; Enter puts the pin where the cross is.
  map.getContainer().addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target !== map.getContainer()) return;
    event.preventDefault();
    put(map.getCenter().lng, map.getCenter().lat);
  });
  for (const field of [lon, lat]) field.addEventListener("change", typed);
  byId("locate").addEventListener("click", locate);
  searching({
    goTo(place) {
      map.setView([place.lat, place.lon], place.level === "district" ? 12 : 14);
      tell(say("movedTo", { place: place.name }));
    },
    pinAt(point) {
      put(point.lon, point.lat, { near: true });
      tell(say("pinned"));
    },
  });
  place = changed;
  nothingYet();
  if (lon.value && lat.value) typed();
}

let place = () => {};
const tell = (text) => { note.textContent = text; };

/** Pins a point; `metres` is how exact the phone's position is, `near` moves the map there. */
function put(x, y, { metres = null, near = false } = {}) {
  tell("");
  lon.value = x.toFixed(6);
  lat.value = y.toFixed(6);
  accuracy.value = metres === null ? "" : String(Math.round(metres));
  mark(x, y, metres);
  if (near) map.setView([y, x], Math.max(map.getZoom(), isPlain(map) ? CLOSE_WITHOUT_STREETS : CLOSE));
  ask({ lon: lon.value, lat: lat.value, accuracy: accuracy.value });
  place();
}

function mark(x, y, metres) {
  if (!pin) {
    pin = L.marker([y, x], { icon: drop(), draggable: true, autoPan: true, title: say("pin"), alt: say("pin") });
    pin.on("dragstart", () => circle?.remove());
    pin.on("dragend", () => put(pin.getLatLng().lng, pin.getLatLng().lat));
    pin.addTo(map);
  }
  pin.setLatLng([y, x]);
  circle?.remove();
  circle = metres ? L.circle([y, x], { radius: metres, className: "circle", interactive: false }).addTo(map) : null;
}

/** Coordinates from the two fields: what cannot be on the map is asked all the same, for the answer says what is wrong. */
function typed() {
  const x = decimal(lon.value), y = decimal(lat.value);
  accuracy.value = "";
  if (!Number.isFinite(x) || !Number.isFinite(y)) return;
  if (Math.abs(x) <= 180 && Math.abs(y) <= 85) return put(x, y, { near: true });
  pin?.remove();
  pin = null;
  ask({ lon: x, lat: y });
  return place();
}

function locate() {
  const button = byId("locate");
  if (!navigator.geolocation) return tell(say("unlocatable"));
  const done = (text) => { button.disabled = false; tell(text); };
  button.disabled = true;
  tell(say("locating"));
  const options = { enableHighAccuracy: true, timeout: 20_000, maximumAge: 30_000 };
  return navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      put(coords.longitude, coords.latitude, { metres: coords.accuracy });
      map.fitBounds(L.latLng(coords.latitude, coords.longitude).toBounds(Math.max(coords.accuracy * 2.5, 200)));
      done(say(coords.accuracy > ROUGH ? "rough" : "located", { accuracy: distance(coords.accuracy) }));
    },
    (error) => done(say(error.code === error.PERMISSION_DENIED ? "denied" : "unlocatable")),
    options,
  );
}
