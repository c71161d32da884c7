"use strict";
// Units by lateness; a click filters by one, a second click by none.
quangnam.wall.part(() => {
  const { make, say, wall } = quangnam;
  const list = wall.element("units");

  function bar([late, open]) {
    const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    for (const [name, value] of [["class", "bar-line"], ["viewBox", "0 0 100 6"], ["preserveAspectRatio", "none"], ["aria-hidden", "true"]]) drawn.setAttribute(name, value);
    for (const [kind, share] of [["all", open], ["late", late]]) {
      const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      for (const [name, value] of [["class", kind], ["width", share * 100], ["height", 6]]) rect.setAttribute(name, value);
      drawn.append(rect);
    }
    return drawn;
  }

  function unit(one) {
    const item = make("li");
    const button = make("button", "unit-row");
    const name = make("span", "unit-name", one.name);
    name.lang = "vi";
    const counts = make("span", "unit-counts", say("units_of", one));
    Object.assign(button, { type: "button" });
    button.dataset.focus = button.dataset.unit = one.code;
    button.setAttribute("aria-pressed", String(wall.state.unit === one.code));
    button.append(name, counts);
    if (one.note) button.append(make("span", "note", one.note));
    button.append(bar(one.shares));
    item.append(button);
    return item;
  }

  list.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) wall.choose({ unit: wall.state.unit === button.dataset.unit ? "" : button.dataset.unit });
  });
  wall.on("overview", ({ units }) => {
    wall.sync(list, units, (one) => one.code, unit);
    for (const one of list.querySelectorAll("button")) one.setAttribute("aria-pressed", String(wall.state.unit === one.dataset.unit));
    wall.element("units-empty").hidden = units.length > 0;
    wall.element("units-empty").textContent = units.length ? "" : say("no_units");
  });
});
