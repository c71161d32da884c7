// What is wrong, at the field where it is wrong.
import { byId } from "./page.js";

const form = byId("report");

const controls = (field) => {
  const found = field === "media" ? byId("photos") : form.elements[field];
  return found instanceof RadioNodeList ? [...found] : found ? [found] : [];
};

/** Shows a sentence at a field; false where the page has no place for it. */
export function fault(field, sentence) {
  const place = form.querySelector(`[data-fault="${CSS.escape(field)}"]`);
  if (!place) return false;
  place.textContent = sentence;
  place.hidden = false;
  for (const control of controls(field)) control.setAttribute("aria-invalid", "true");
  place.closest("details")?.setAttribute("open", "");
  return true;
}

/** Takes a field's fault away. */
export function mend(field) {
  const place = form.querySelector(`[data-fault="${CSS.escape(field)}"]`);
  if (place) {
    place.hidden = true;
    place.textContent = "";
  }
  for (const control of controls(field)) control.removeAttribute("aria-invalid");
}

export const mendAll = () => form.querySelectorAll("[data-fault]").forEach((place) => mend(place.dataset.fault));

/** Brings the first fault of the page into view and the keyboard to its field. */
export function goToFirst() {
  const place = form.querySelector("[data-fault]:not([hidden])");
  if (!place) return;
  const field = place.dataset.fault;
  const target = field === "lon" || field === "lat" ? byId("map") : controls(field)[0];
  target?.focus({ preventScroll: true });
  (place.closest("fieldset") ?? place).scrollIntoView({ block: "start" });
}
