// "Near me": where the phone is, asked for only by a press, and how far reports are from there.
import { byId, distance, say } from "./page.js";

const L = window.L;
const button = byId("near");
const CLOSE = 15; // zoom
const WAIT = 15_000; // milliseconds

const position = () => new Promise((resolve, reject) => {
  const wishes = { enableHighAccuracy: true, timeout: WAIT, maximumAge: 60_000 };
  navigator.geolocation.getCurrentPosition(({ coords }) => resolve(coords), reject, wishes);
});

/** `near` of the API, to about 100 m: the exact place stays on the phone, where distances are measured. */
export const roughly = ({ longitude, latitude }) => `${longitude.toFixed(3)},${latitude.toFixed(3)}`;

/** Metres from the phone to a place `[lon, lat]`. */
export const metres = (map, { latitude, longitude }, [lon, lat]) => map.distance([latitude, longitude], [lat, lon]);

/** Lets the button find the phone; `changed(coords)` is told where, or null, `note` what to say meanwhile. */
export function nearing(map, { changed, note }) {
  if (!navigator.geolocation) return;
  const drawn = L.layerGroup().addTo(map);
  const press = (on) => button.setAttribute("aria-pressed", String(on));
  button.hidden = false;
  button.addEventListener("click", async () => {
    drawn.clearLayers();
    if (button.getAttribute("aria-pressed") === "true") {
      press(false);
      note("");
      changed(null);
      return;
    }
    press(true);
    note(say("locating"));
    try {
      const here = await position();
      const at = [here.latitude, here.longitude];
      const circle = L.circle(at, { radius: here.accuracy, className: "circle", interactive: false });
      drawn.addLayer(circle).addLayer(L.circleMarker(at, { radius: 8, className: "here", interactive: false }));
      map.fitBounds(circle.getBounds(), { maxZoom: CLOSE, animate: false });
      note(say("located", { distance: distance(here.accuracy) }));
      changed(here);
    } catch (error) {
      press(false);
      note(say(error.code === 1 ? "denied" : "nowhere"));
    }
  });
}
