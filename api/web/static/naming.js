// A place in words: a commune and what is close, for whoever cannot or will not use the map.
import { byId } from "./page.js";

const section = byId("by-name");
const { commune, landmark } = byId("report").elements;

/** The two fields where both are filled in, else null. */
export function words() {
  const near = landmark.value.trim();
  return commune.value && near ? { commune: commune.value, landmark: near } : null;
}

export const communeCode = () => commune.value;

/** A pin says it better. */
export function forgetWords() {
  commune.value = "";
  landmark.value = "";
  section.open = false;
}

/** Calls `chosen` with every commune's code (empty: none), `written` with every change of the landmark. */
export function naming({ chosen, written }) {
  commune.addEventListener("change", () => chosen(commune.value));
  landmark.addEventListener("input", written);
  if (commune.value) section.open = true;
}
