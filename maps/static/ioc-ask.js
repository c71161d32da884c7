"use strict";
// The overview, asked for again when something happens, at most every two seconds, and every thirty anyhow.
quangnam.wall.part(() => {
  const { config, data, say, wall } = quangnam;
  const LEAST = 2_000, MOST = 30_000, PATIENCE = 15_000; // milliseconds
  const clock = new Intl.DateTimeFormat(config.locale, { timeStyle: "medium", timeZone: "Asia/Ho_Chi_Minh" });
  let timer = 0, asked = 0, task = null, streamed = null, waits = false;
  let good = Date.parse(data.overview.taken); // when the numbers were last right

  function at(wait) {
    clearTimeout(timer);
    timer = setTimeout(ask, wait);
  }

  // After the last question's answer: two seconds of rest for the server, however much happens.
  function soon() {
    if (!task) at(Math.max(LEAST - (Date.now() - asked), 0));
    else task.again = true;
  }

  async function ask(now = false) {
    if (task) {
      if (!now) return;
      task.abort();
    }
    clearTimeout(timer);
    const mine = task = new AbortController();
    asked = Date.now();
    const patience = setTimeout(() => mine.abort(), PATIENCE);
    let found = null;
    try {
      const response = await fetch(`${config.api}/ioc/overview?${wall.query({ tab: wall.state.tab })}`, { signal: mine.signal });
      if (response.status === 401 || response.status === 403) return location.reload(); // to the sign-in
      if (response.ok) found = await response.json();
    } catch { /* told below */ }
    clearTimeout(patience);
    if (task !== mine) return undefined; // somebody asked anew
    task = null;
    if (found) {
      good = Date.now();
      wall.tell("overview", found);
      if (found.edition !== data.overview.edition) anew();
    }
    connection(Boolean(found));
    return mine.again ? soon() : at(found ? MOST : LEAST * 2);
  }

  // Under other boundaries the map is another one, and what is chosen stands in the address.
  function anew() {
    const open = document.querySelector("dialog[open]");
    if (!open) return location.reload();
    if (waits) return undefined;
    waits = true;
    return open.addEventListener("close", () => { waits = false; anew(); }, { once: true });
  }

  function connection(reached) {
    const lost = !reached || streamed === false;
    const text = lost ? say("away", { time: clock.format(good) }) : say(streamed ? "streamed" : "polled");
    wall.element("state").dataset.state = lost ? "lost" : streamed ? "live" : "polled";
    if (wall.element("state-text").textContent !== text) wall.element("state-text").textContent = text;
    document.body.classList.toggle("stale", !reached);
  }

  wall.on("soon", soon);
  wall.on("now", () => ask(true));
  wall.on("chosen", ({ narrowed, values }) => (narrowed || "tab" in values) && ask(true));
  for (const name of ["report", "step"]) {
    document.addEventListener(`quangnam:${name}`, ({ detail }) => {
      wall.tell("event", detail);
      soon();
    });
  }
  for (const name of ["edition", "reset"]) document.addEventListener(`quangnam:${name}`, () => ask(true));
  document.addEventListener("quangnam:connected", () => { streamed = true; ask(true); });
  document.addEventListener("quangnam:lost", () => { streamed = false; connection(true); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(true); });
  window.addEventListener("online", () => ask(true));
  window.addEventListener("offline", () => connection(false));
  wall.tell("overview", data.overview);
  connection(true);
  at(MOST);
});
