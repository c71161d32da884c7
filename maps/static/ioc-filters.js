"use strict";
// The filters of the wall: they live in its address.
quangnam.wall.part(() => {
  const { wall } = quangnam;
  const form = wall.element("filters");

  function show() {
    for (const name of ["category", "since", "unit"]) {
      const field = form.elements[name];
      field.value = wall.state[name];
      // What the address asks and the list does not have: another time, a unit that is no more.
      if (field.value !== wall.state[name]) {
        field.add(new Option(wall.state[name], wall.state[name]));
        field.value = wall.state[name];
      }
    }
    wall.element("clear").hidden = !(wall.state.category || wall.state.since || wall.state.unit);
  }

  form.addEventListener("change", ({ target }) => wall.choose({ [target.name]: target.value }));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    wall.choose({ category: "", since: "", unit: "" });
    form.elements.category.focus();
  });
  wall.on("chosen", show);
  show();
});
