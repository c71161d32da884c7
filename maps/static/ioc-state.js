"use strict";
// What the wall shows is what its address says; parts tell each other by name.
quangnam.wall = (() => {
  const { config, data } = quangnam;
  Object.assign(config.words, data.words);
  const DEFAULTS = { category: "", since: "", unit: "", tab: "newest", measure: "open", off: "hotspots", keys: "" };
  const query = new URLSearchParams(location.search);
  const state = Object.fromEntries(Object.entries(DEFAULTS).map(([name, value]) => [name, query.get(name) || value]));
  const told = new EventTarget();
  const parts = [];

  function narrow() {
    for (const name of ["category", "since", "unit"]) {
      if (state[name]) config.filters[name] = state[name];
      else delete config.filters[name];
    }
  }

  function address() {
    const next = new URLSearchParams(location.search);
    for (const [name, value] of Object.entries(state)) {
      if (value === DEFAULTS[name]) next.delete(name);
      else next.set(name, value);
    }
    const other = document.getElementById("language");
    other.href = `?${new URLSearchParams([...next].filter(([name]) => name !== "lang").concat([["lang", other.lang]]))}`;
    history.replaceState(null, "", next.size ? `?${next}` : location.pathname);
  }

  narrow();
  return {
    state,
    element: (id) => document.getElementById(id),
    // A part is started with the map once all of them are there.
    part: (start) => parts.push(start),
    start: (map) => parts.forEach((start) => start(map)),
    on: (name, heard) => told.addEventListener(name, (event) => heard(event.detail)),
    tell: (name, detail) => told.dispatchEvent(new CustomEvent(name, { detail })),
    // The address and everything that follows from it.
    choose(values) {
      const narrowed = ["category", "since", "unit"].some((name) => name in values && values[name] !== state[name]);
      Object.assign(state, values);
      narrow();
      address();
      told.dispatchEvent(new CustomEvent("chosen", { detail: { narrowed, values } }));
    },
    // The query of the wall's own doors: the filters, and which reports are meant.
    query(more = {}) {
      const own = Object.entries({ category: state.category, since: state.since, unit: state.unit, ...more });
      const found = new URLSearchParams(own.filter(([, value]) => value !== ""));
      for (const name of ["demo", "lang"]) if (query.has(name)) found.set(name, query.get(name));
      return found;
    },
    // Rows by key: those that stay the same keep their elements, and with them the focus.
    sync(parent, rows, key, make) {
      const old = new Map([...parent.children].map((one) => [one.dataset.key, one]));
      let before = parent.firstElementChild;
      for (const row of rows) {
        const id = String(key(row));
        const written = JSON.stringify(row);
        let one = old.get(id);
        old.delete(id);
        if (!one || one.dataset.row !== written) {
          const fresh = make(row);
          Object.assign(fresh.dataset, { key: id, row: written });
          if (one) {
            const at = one.contains(document.activeElement) ? document.activeElement.dataset.focus : null;
            if (before === one) before = fresh;
            one.replaceWith(fresh);
            const again = at && fresh.querySelector(`[data-focus="${CSS.escape(at)}"]`);
            if (again) again.focus({ preventScroll: true });
          }
          one = fresh;
        }
        if (one === before) before = one.nextElementSibling;
        else parent.insertBefore(one, before);
      }
      for (const gone of old.values()) gone.remove();
    },
  };
})();
