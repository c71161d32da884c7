// A box that finds communes and districts by name, with or without diacritics, and takes pasted coordinates, links of
// maps and plus codes.
import { coordinates, isLink } from "./coordinates.js";
import { byId, make, say } from "./page.js";
import { plusCode } from "./pluscodes.js";

const MOST = 8;
const LIST = "/reports/new/places";
const input = byId("search");
const list = byId("found");
let places = null;
let shown = [];
let chosen = -1;
let taken = ""; // what the pin was last put by: leaving the box must not put it there again

const bare = (text) =>
  text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/gi, "d").toLowerCase().trim();

/** The places of the province; without a network those that the service worker kept, or none. */
export async function known() {
  if (!places) {
    const answer = (await fetch(LIST).catch(() => null)) ?? (await globalThis.caches?.match(LIST));
    const rows = answer?.ok ? await answer.json() : null;
    if (!rows) return [];
    places = rows.map(([name, above, lon, lat, level, code]) =>
      ({ name, above, lon, lat, level, code, key: bare(name), all: bare(`${name} ${above}`) }));
  }
  return places;
}

/** The best matches: names that begin so, then words that do, then any. */
function matching(all, text) {
  const wanted = bare(text);
  const words = wanted.split(/[\s,]+/).filter(Boolean);
  const rank = (one) => {
    const short = one.key.replace(/^(thanh pho|thi xa|thi tran|huyen|phuong|xa) /, "");
    if (short === wanted || one.key === wanted) return 0;
    if (short.startsWith(wanted) || wanted.startsWith(`${short} `)) return 1;
    if (one.key.includes(` ${wanted}`)) return 2;
    return 3;
  };
  const found = all.filter((one) => words.every((word) => one.all.includes(word)));
  return found.sort((a, b) => rank(a) - rank(b) || (a.level === "district" ? -1 : 0) - (b.level === "district" ? -1 : 0)).slice(0, MOST);
}

function close() {
  list.hidden = true;
  chosen = -1;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}

function open(choose) {
  list.replaceChildren(
    ...shown.map((one, index) => {
      const above = one.above ? make("span", "muted", ` · ${one.above}`) : null;
      const item = make("li", "", one.name, above);
      item.id = `found-${index}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      // The field must not lose its focus to a click.
      item.addEventListener("pointerdown", (event) => event.preventDefault());
      item.addEventListener("click", () => choose(one));
      return item;
    }),
  );
  if (!shown.length) {
    const nothing = make("li", "muted", say("noPlace"));
    nothing.setAttribute("role", "option");
    nothing.setAttribute("aria-disabled", "true");
    list.append(nothing);
  }
  list.hidden = false;
  input.setAttribute("aria-expanded", "true");
}

function point(step) {
  if (!shown.length) return;
  chosen = (chosen + step + shown.length) % shown.length;
  [...list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === chosen)));
  list.children[chosen].scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", `found-${chosen}`);
}

/**
 * Brings the box to life: `goTo` shows a place on the map, `pinAt` takes coordinates, `pinCode` a plus code and its
 * place; `unread` tells of a link that names no place.
 */
export function searching({ goTo, pinAt, pinCode, unread }) {
  const choose = (one) => {
    input.value = one.name;
    close();
    goTo(one);
  };
  const pinned = () => {
    const text = input.value;
    const point = coordinates(text), code = point ? null : plusCode(text);
    if (!point && !code && isLink(text)) unread();
    if (!point && !code) return false;
    close();
    if (text === taken) return true;
    taken = text;
    if (point) pinAt(point);
    else known().then((all) => pinCode(code, code.beside ? matching(all, code.beside)[0] : null));
    return true;
  };
  input.addEventListener("input", async () => {
    const text = input.value;
    taken = "";
    if (bare(text).length < 2 || /^[\s\d(.,;°'"-]+$/.test(text) || isLink(text) || plusCode(text)) {
      close();
      return;
    }
    const all = await known();
    if (text !== input.value) return;
    shown = matching(all, text);
    chosen = -1;
    open(choose);
  });
  input.addEventListener("paste", () => setTimeout(pinned));
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      event.preventDefault(); // it would send the form
      if (!pinned() && !list.hidden && shown.length) choose(shown[Math.max(chosen, 0)]);
    } else if (event.key === "Escape") close();
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!list.hidden) point(event.key === "ArrowDown" ? 1 : -1);
    }
  });
  input.addEventListener("blur", () => { pinned(); close(); });
}
