"use strict";
// Keys, full screen, the clock, and a screen that does not fall asleep.
quangnam.wall.part(() => {
  const { config, wall } = quangnam;
  const clock = new Intl.DateTimeFormat(config.locale, { weekday: "short", day: "numeric", month: "numeric", hour: "2-digit", minute: "2-digit", timeZone: "Asia/Ho_Chi_Minh" });
  const help = wall.element("help"), on = wall.element("keys-on");

  function full() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen().catch(() => {});
  }

  const keys = {
    f: full,
    "/": () => wall.element("filters").elements.category.focus(),
    "?": () => help.showModal(),
    s: () => wall.element("sound").click(),
    ArrowDown: () => wall.element("panel").querySelector(".report-row")?.focus(),
    " ": () => wall.tell("play"),
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const open = document.activeElement.closest("details[open]");
      if (open) {
        open.open = false;
        open.querySelector("summary").focus();
      }
      return;
    }
    if (!on.checked || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]")) return;
    const at = event.target;
    // Where a key has a meaning of its own, it keeps it.
    if (at.matches("input, select, textarea")) return;
    if (event.key === " " && at.matches("button, a, summary")) return;
    if (event.key === "ArrowDown" && at.closest(".leaflet-container, .scrolled, [role=tablist]")) return;
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  on.checked = wall.state.keys !== "off";
  on.addEventListener("change", () => wall.choose({ keys: on.checked ? "" : "off" }));
  wall.element("full").addEventListener("click", full);
  wall.element("full").hidden = !document.fullscreenEnabled;
  wall.element("help-open").addEventListener("click", () => help.showModal());

  function tick() {
    const now = new Date();
    wall.element("clock").textContent = clock.format(now);
    wall.element("clock").dateTime = now.toISOString();
    setTimeout(tick, 60_000 - (now.getTime() % 60_000));
  }
  tick();

  // The browser takes the lock away with the page's sight, and gives none where the battery is low.
  async function awake() {
    if (document.hidden || !navigator.wakeLock) return;
    try {
      await navigator.wakeLock.request("screen");
    } catch { /* a wall without it is a wall still */ }
  }
  document.addEventListener("visibilitychange", awake);
  awake();
});
