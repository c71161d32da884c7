// What was typed outlives the page: opening the camera makes small phones forget the browser.
import { byId } from "./page.js";

const KEY = "report-draft";
const FIELDS = ["lon", "lat", "accuracy", "content", "name", "organisation", "phone", "email", "happened_at", "idempotency_key"];
const form = byId("report");

/** Only for this tab, and only until it is sent or closed. */
export function keep() {
  const values = Object.fromEntries(FIELDS.map((name) => [name, form.elements[name]?.value ?? ""]));
  values.category = form.elements.category?.value ?? "";
  try {
    sessionStorage.setItem(KEY, JSON.stringify(values));
  } catch {
    // A browser that keeps nothing still sends.
  }
}

/** Fills in what an earlier life of this tab had; fields that the server filled stay. */
export function restore() {
  let values;
  try {
    values = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  } catch {
    return;
  }
  if (!values || new URLSearchParams(location.search).has("lon")) return;
  for (const name of FIELDS) {
    const field = form.elements[name];
    if (field && values[name] && (!field.value || name === "idempotency_key")) field.value = values[name];
  }
  const wanted = [...form.querySelectorAll('[name="category"]')].find((one) => one.value === values.category);
  if (wanted && !form.querySelector('[name="category"]:checked')) wanted.checked = true;
}

export function forget() {
  try {
    sessionStorage.removeItem(KEY);
  } catch {
    // Nothing was kept.
  }
}
