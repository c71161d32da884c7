"use strict";
// The lists behind the tabs: the newest, and what an operator looks after.
quangnam.wall.part(() => {
  const { config, make, say, wall } = quangnam;
  const tabs = [...document.querySelectorAll("#tabs [role=tab]")];
  const list = wall.element("list"), empty = wall.element("list-empty");

  function badge(category) {
    const drawn = document.querySelector(`svg[data-category="${CSS.escape(category)}"]`);
    const copy = drawn ? drawn.cloneNode(true) : make("span", "badge other");
    copy.removeAttribute("data-category");
    return copy;
  }
  wall.badge = badge;

  function row(one) {
    const item = make("li", one.late ? "late" : "");
    const button = make("button", "report-row");
    button.type = "button";
    button.dataset.focus = "open";
    button.dataset.code = one.code;
    const head = make("span", "row-head");
    head.append(make("strong", "", config.categories[one.category] || say("unknown")));
    if (one.urgent) head.append(make("span", "tag urgent", say("urgent")));
    if (one.late) head.append(make("span", "tag overdue", say("late")));
    const where = make("span", "row-where");
    const area = make("span", "", one.area);
    area.lang = "vi";
    where.append(area);
    const facts = make("span", "row-facts muted");
    facts.append(make("span", "", one.ago));
    if (one.due) facts.append(make("span", "", one.due));
    const text = make("span", "row-text");
    text.append(head, where, facts);
    button.append(badge(one.category), text);
    item.append(button);
    if (one.candidates.length && wall.state.tab === "confirm") item.append(wall.candidates(one));
    return item;
  }

  function show({ lists, tabs: counts }) {
    for (const { code, count } of counts) {
      const shown = document.querySelector(`[data-count="${code}"]`);
      if (shown) shown.textContent = count;
    }
    const rows = lists[wall.state.tab] || lists.newest;
    wall.sync(list, rows, (one) => one.code, row);
    empty.hidden = rows.length > 0;
    empty.textContent = rows.length ? "" : say(wall.state.tab === "newest" ? "none_newest" : "none_tab");
  }

  function mark() {
    if (!tabs.some((tab) => tab.dataset.tab === wall.state.tab)) wall.state.tab = "newest";
    for (const tab of tabs) {
      const on = tab.dataset.tab === wall.state.tab;
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      if (on) wall.element("panel").setAttribute("aria-labelledby", tab.id);
    }
  }

  function choose(tab) {
    if (tab.dataset.tab === wall.state.tab) return;
    list.replaceChildren();
    wall.choose({ tab: tab.dataset.tab });
  }

  wall.element("tabs").addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) choose(tab);
  });
  wall.element("tabs").addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
    event.preventDefault();
    next.focus();
    choose(next);
  });
  // Up and down go through the list, from anywhere in it.
  wall.element("panel").addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const rows = [...list.querySelectorAll(".report-row")];
    const here = rows.findIndex((one) => one.parentElement.contains(document.activeElement));
    const next = rows[Math.min(Math.max(here + step, 0), rows.length - 1)];
    event.preventDefault();
    if (next) next.focus();
  });
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-code]");
    if (button) wall.tell("open", button.dataset.code);
  });
  wall.on("chosen", mark);
  wall.on("overview", show);
  mark();
});
