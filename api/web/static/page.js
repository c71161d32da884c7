// What every script of a page needs: its settings, its sentences, small builders. Texts come translated from the
// server; what somebody wrote only ever becomes a text node.

export const config = JSON.parse(document.getElementById("config").textContent);
export const byId = (id) => document.getElementById(id);
export const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

export function say(name, values = {}) {
  const text = config.texts[name] ?? "";
  return text.replace(/\{(\w+)\}/g, (whole, key) => (key in values ? String(values[key]) : whole));
}

/** An element with a class, its text or children; strings become text nodes, never markup. */
export function make(tag, kind = "", ...children) {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

const locale = config.lang === "en" ? "en-GB" : "vi-VN";
const plain = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
const shares = new Intl.NumberFormat(locale, { style: "percent" });
const moments = new Intl.DateTimeFormat(locale, {
  weekday: "long", day: "numeric", month: "numeric", year: "numeric", hour: "2-digit", minute: "2-digit",
  timeZone: "Asia/Ho_Chi_Minh",
});
const spans = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
const UNITS = [["year", 31536000], ["month", 2592000], ["week", 604800], ["day", 86400], ["hour", 3600], ["minute", 60]];

export const number = (value) => plain.format(value);
export const percent = (share) => shares.format(share);
export const moment = (iso) => moments.format(new Date(iso));

/** Metres as a person says them: "150 m", "1,2 km". */
export function distance(metres) {
  if (metres >= 1000) return `${number(metres / 1000)} km`;
  return `${number(metres < 100 ? Math.round(metres) : Math.round(metres / 10) * 10)} m`;
}

/** "3 giờ trước". */
export function ago(iso) {
  const seconds = (new Date(iso) - Date.now()) / 1000;
  if (Math.abs(seconds) < 60 && say("now")) return say("now");
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["minute", 60];
  return spans.format(Math.round(seconds / size), unit);
}

/** A copy of the drawn icon of a category; the one for an unknown code has only the disc. */
export function badge(code) {
  const drawn = byId("icons")?.content;
  const found = [...(drawn?.children ?? [])].find((one) => one.dataset.category === code);
  return found ? found.firstElementChild.cloneNode(true) : make("span", "badge badge-unknown");
}

export const categoryName = (code) =>
  [...(byId("icons")?.content.children ?? [])].find((one) => one.dataset.category === code)?.dataset.name ?? code;

/** Calls once the calls have stopped for a while. */
export function later(milliseconds, call) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => call(...values), milliseconds);
  };
}
