// The place: a pin by a tap, a drag, the keyboard, the phone's own position, a photo's, a search or typed coordinates; or words.
import { decimal } from "./coordinates.js";
import { mend } from "./faults.js";
import { allowed, position } from "./locate.js";
import { drop, isPlain, makeMap } from "./map.js";
import { communeCode, forgetWords, naming, words } from "./naming.js";
import { byId, distance, say } from "./page.js";
import { placeOf } from "./pluscodes.js";
import { ask, loaded, nothingYet, outside } from "./routed.js";
import { known, searching } from "./search.js";

const L = window.L;
const CLOSE = 17;
const CLOSE_WITHOUT_STREETS = 12;
const ROUGH = 60; // metres; beyond, the reader is asked to drag the pin
const ROUGHEST = 20_000; // metres: a wider circle tells the server nothing
const FAR = 200; // metres between the pin and where a photo was taken
const form = byId("report");
const { lon, lat, accuracy, area } = form.elements;
const note = byId("place-note");
const offer = byId("photo-place");
let map, pin, circle, photographed;
let place = () => {};
const tell = (text) => { note.textContent = text; };

/** Sets the map up and takes over what the fields already say; `changed` is called with every new place. */
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
  byId("locate").addEventListener("click", () => locate());
  byId("photo-place-use").addEventListener("click", () => pinPhoto(photographed));
  searching({ goTo, pinAt, pinCode, unread: () => tell(say("shortLink")) });
  naming({ chosen: name, written: () => place() });
  place = changed;
  nothingYet();
  if (lon.value && lat.value) typed({ kept: { metres: Number(accuracy.value) || null, area: area.value } });
  else if (communeCode()) name(communeCode());
  else Promise.all([allowed(), loaded]).then(([yes]) => yes && locate({ unasked: true }));
}

/** Whether there is enough to send: a pin, or a commune and a landmark. */
export const hasPlace = () => Boolean((lon.value && lat.value) || words());

/** Of the fields of the place those that count: lon, lat, accuracy and area, or commune and landmark; as text. */
export function placeValues() {
  if (!lon.value || !lat.value) return words() ?? {};
  const point = { lon: lon.value.trim().replace(",", "."), lat: lat.value.trim().replace(",", ".") };
  if (accuracy.value) point.accuracy = accuracy.value;
  if (area.value) point.area = area.value;
  return point;
}

/** Takes where a photo was made: as the pin where there is none, as an offer where the pin is far from it. */
export function putPhotoPosition(point) {
  if (outside(point)) return;
  if (!hasPlace() && !communeCode()) return pinPhoto(point);
  const metres = map.distance(pin ? pin.getLatLng() : [point.lat, point.lon], [point.lat, point.lon]);
  if (pin && metres <= FAR) return;
  photographed = point;
  byId("photo-place-text").textContent = say("photoFar", { distance: distance(metres) });
  offer.hidden = false;
}

function pinPhoto(point) {
  put(point.lon, point.lat, { near: true });
  tell(say("photoPinned"));
}

/** Pins a point; `metres` is how exact the phone's position is, `near` moves the map there. */
function put(x, y, { metres = null, near = false, kept = "" } = {}) {
  forgetWords();
  lon.value = x.toFixed(6);
  lat.value = y.toFixed(6);
  accuracy.value = metres === null ? "" : String(Math.min(Math.round(metres), ROUGHEST));
  mark(x, y, { metres });
  if (near) look(x, y, isPlain(map) ? CLOSE_WITHOUT_STREETS : CLOSE);
  settle({ lon: lon.value, lat: lat.value, accuracy: accuracy.value }, kept);
}

function settle(point, kept = "") {
  tell("");
  offer.hidden = true;
  for (const field of ["lon", "lat", "commune", "landmark"]) mend(field);
  ask(point, { keepChoice: Boolean(kept) });
  place();
}

const look = (x, y, zoom) => map.setView([y, x], Math.max(map.getZoom(), zoom));

function mark(x, y, { metres = null, sure = true } = {}) {
  unmark();
  const title = say(sure ? "pin" : "unsurePin");
  pin = L.marker([y, x], { icon: drop(null, sure), draggable: true, autoPan: true, title, alt: title });
  pin.on("dragstart", () => circle?.remove());
  pin.on("dragend", ({ target }) => put(target.getLatLng().lng, target.getLatLng().lat));
  pin.addTo(map);
  if (metres) circle = L.circle([y, x], { radius: metres, className: "circle", interactive: false }).addTo(map);
}

function unmark() {
  pin?.remove();
  circle?.remove();
  pin = circle = null;
}

/** Coordinates from the two fields: what cannot be on the map is asked all the same, for the answer says what is wrong. */
function typed({ kept = null } = {}) {
  const x = decimal(lon.value), y = decimal(lat.value);
  if (!Number.isFinite(x) || !Number.isFinite(y)) {
    accuracy.value = "";
    return undefined;
  }
  if (Math.abs(x) <= 180 && Math.abs(y) <= 85) return put(x, y, { near: true, metres: kept?.metres ?? null, kept: kept?.area });
  accuracy.value = "";
  forgetWords();
  unmark();
  return settle({ lon: x, lat: y });
}

/** The middle of a commune chosen by name stands in for the place, and says so. */
async function name(code) {
  lon.value = lat.value = accuracy.value = "";
  unmark();
  const found = code && (await known()).find((one) => one.code === code && one.level === "commune");
  if (communeCode() !== code) return;
  if (!found) {
    nothingYet();
    place();
    return;
  }
  mark(found.lon, found.lat, { sure: false });
  look(found.lon, found.lat, CLOSE_WITHOUT_STREETS);
  settle({ lon: found.lon, lat: found.lat, commune: found.name });
  tell(say("communePin", { place: found.name }));
}

function goTo(found) {
  // Whoever looks for another place does not mean the pin that lies elsewhere.
  if (pin) {
    lon.value = lat.value = accuracy.value = "";
    unmark();
    nothingYet();
    place();
  }
  map.setView([found.lat, found.lon], found.level === "district" ? 12 : 14);
  tell(say("movedTo", { place: found.name }));
}

function pinAt(point) {
  put(point.lon, point.lat, { near: true });
  tell(say("pinned"));
}

/** A short code is a place near the one named beside it, else near the middle of the map. */
function pinCode(code, beside) {
  const { lng, lat: north } = map.getCenter();
  const point = placeOf(code, beside ?? { lon: lng, lat: north }, (one) => !outside(one));
  put(point.lon, point.lat, { near: true });
  tell(say(code.missing && !beside ? "pinnedShort" : "pinned"));
}

/** Pins the phone's own position; `unasked` it gives way to whatever the reader has done meanwhile. */
async function locate({ unasked = false } = {}) {
  const button = byId("locate");
  if (unasked && (hasPlace() || communeCode())) return undefined;
  if (button.getAttribute("aria-busy") === "true") return undefined;
  button.setAttribute("aria-busy", "true");
  tell(say("locating"));
  try {
    const here = await position();
    if (unasked && (hasPlace() || communeCode())) return undefined;
    if (unasked && outside(here)) return tell(say("awayFromProvince"));
    put(here.lon, here.lat, { metres: here.metres });
    if (isPlain(map)) look(here.lon, here.lat, CLOSE_WITHOUT_STREETS);
    else map.fitBounds(L.latLng(here.lat, here.lon).toBounds(Math.max(here.metres * 2.5, 200)));
    return tell(say(here.metres > ROUGH ? "rough" : "located", { accuracy: distance(here.metres) }));
  } catch (error) {
    return tell(say(error.message));
  } finally {
    button.removeAttribute("aria-busy");
  }
}
