// The filters: the form, what is switched on, and the address that shares it. Without script it is a plain form.
import { byId, later, make, number, say } from "./page.js";

const form = byId("filter");
const panel = byId("filters");
const chips = byId("chips");
const count = byId("filters-count");
const NAMES = ["category", "state", "area", "edition", "since", "until"];
const fields = (name) => [...form.elements].filter((one) => one.name === name);

/** What is chosen, as the API and the address of the page write it. */
export function filters() {
  const said = new FormData(form);
  const query = new URLSearchParams();
  for (const name of NAMES) {
    const values = said.getAll(name).filter(Boolean);
    if (values.length) query.set(name, name === "category" ? values.join(",") : values.at(-1));
  }
  return query;
}

/** The box of the chosen area as west, south, east, north; null for none. */
export function chosenBox() {
  const [area] = fields("area");
  return area.selectedOptions[0]?.dataset.box?.split(",").map(Number) ?? null;
}

function off(name, value) {
  for (const field of fields(name)) {
    if (field.type === "checkbox") field.checked &&= field.value !== value;
    else if (field.value === value) field.value = "";
  }
}

function words(name, value) {
  const field = fields(name).find((one) => one.type === "checkbox" ? one.value === value : one.value);
  if (field.type === "checkbox") return field.closest("label").textContent.trim();
  if (field.type !== "date") return field.selectedOptions[0].textContent;
  const [year, month, day] = value.split("-").map(Number);
  return say(name === "since" ? "from" : "to", { day: `${day}/${month}/${year}` });
}

const address = (query) => {
  const written = query.toString().replaceAll("%2C", ",");
  return written ? `/?${written}` : "/";
};

/** The feed follows the list: for whoever subscribes, and for browsers that find it by themselves. */
function feed(query) {
  for (const link of [byId("feed"), byId("feed-link")]) {
    const there = new URL(link.href);
    const lang = there.searchParams.get("lang");
    there.search = new URLSearchParams([...query, ...(lang ? [["lang", lang]] : [])]).toString().replaceAll("%2C", ",");
    link.setAttribute("href", there.pathname + there.search);
  }
}

function draw() {
  const query = filters();
  const chosen = [...query].flatMap(([name, value]) =>
    (name === "category" ? value.split(",") : [value]).map((one) => [name, one]));
  chips.replaceChildren(...chosen.map(([name, value]) => {
    const text = words(name, value);
    const chip = make("a", "chip", text);
    const rest = new URLSearchParams(query);
    const others = name === "category" ? query.get(name).split(",").filter((one) => one !== value) : [];
    if (others.length) rest.set(name, others.join(","));
    else rest.delete(name);
    chip.href = address(rest);
    chip.dataset.name = name;
    chip.dataset.value = value;
    chip.setAttribute("aria-label", say("without", { name: text }));
    return make("li", "", chip);
  }));
  chips.hidden = !chosen.length;
  count.hidden = !chosen.length;
  count.textContent = number(chosen.length);
  feed(query);
  history.replaceState(history.state, "", address(query) + location.hash);
}

/** A copy of the page that the phone kept knows nothing of the address that asks for it. */
function fromAddress() {
  const asked = new URLSearchParams(location.search);
  for (const name of NAMES) {
    const value = asked.get(name);
    for (const field of value ? fields(name) : []) {
      if (field.type === "checkbox") field.checked = value.split(",").includes(field.value);
      else if (field.type === "date" || [...field.options].some((one) => one.value === value)) field.value = value;
    }
  }
  if ([...filters()].length) draw();
}

/** Brings the form to life; `changed(name)` is called for each change, at once. */
export function finding(changed) {
  fromAddress();
  const apply = (name) => {
    draw();
    changed(name);
  };
  const soon = later(300, apply); // a date changes with each figure that is typed
  const clear = () => {
    for (const name of NAMES) for (const field of fields(name)) {
      if (field.type === "checkbox") field.checked = false;
      else field.value = "";
    }
    apply("area");
  };
  form.addEventListener("change", ({ target }) => {
    if (target.name === "edition") {
      // Its areas are others, and only the server knows them.
      for (const field of fields("area")) field.value = "";
      location.assign(address(filters()));
      return;
    }
    // A period and days exclude one another.
    if (target.id === "filter-period" && target.value) for (const one of form.querySelectorAll("[type=date]")) one.value = "";
    if (target.type === "date" && target.value) byId("filter-period").value = "";
    if (target.type === "date") soon(target.name);
    else apply(target.name);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    panel.open = false;
    panel.querySelector("summary").focus();
  });
  panel.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    panel.open = false;
    panel.querySelector("summary").focus();
  });
  chips.addEventListener("click", (event) => {
    const chip = event.target.closest(".chip");
    if (!chip) return;
    event.preventDefault();
    off(chip.dataset.name, chip.dataset.value);
    apply(chip.dataset.name);
    (chips.querySelector(".chip") ?? panel.querySelector("summary")).focus();
  });
  form.querySelector("[data-clear]").addEventListener("click", (event) => {
    event.preventDefault();
    clear();
  });
  return { clear };
}
