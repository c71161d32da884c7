"use strict";
// The last day, week or year played on the heat; then back to what is now.
quangnam.wall.part((map) => {
  const { config, make, numbers, say, still, wall } = quangnam;
  const STEP = 600; // milliseconds a frame
  const slider = wall.element("slider"), span = wall.element("span"), bars = wall.element("bars");
  const formats = {
    day: { hour: "2-digit", minute: "2-digit", weekday: "long" },
    week: { weekday: "long", day: "numeric", month: "numeric" },
    year: { day: "numeric", month: "long", year: "numeric" },
  };
  let film = null, max = 1, timer = 0, asked = 0;
  wall.playing = false;

  async function load() {
    const mine = asked += 1;
    try {
      const response = await fetch(`${config.api}/ioc/replay?${wall.query({ span: span.value, since: "" })}`);
      if (!response.ok) throw new Error(String(response.status));
      const found = await response.json();
      if (mine !== asked) return false;
      film = { ...found, frames: found.frames.map((frame) => frame.map(([lon, lat, count]) => [lat, lon, count])) };
    } catch {
      if (mine === asked) wall.element("moment").textContent = say("replay_failed");
      return false;
    }
    slider.max = film.frames.length - 1;
    slider.value = slider.max;
    draw();
    scale();
    return true;
  }

  function scale() {
    max = Math.max(...film.frames.map((frame) => wall.heat.peak(frame))) * 0.5;
  }

  function draw() {
    const totals = film.frames.map((frame) => frame.reduce((sum, point) => sum + point[2], 0));
    const most = Math.max(...totals, 1);
    bars.setAttribute("viewBox", `0 0 ${totals.length} 100`);
    bars.replaceChildren(...totals.map((total, index) => {
      const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      const height = total ? Math.max((total / most) * 100, 4) : 0;
      for (const [name, value] of Object.entries({ x: index + 0.1, y: 100 - height, width: 0.8, height })) rect.setAttribute(name, value);
      return rect;
    }));
    film.totals = totals;
  }

  function show() {
    const now = Number(slider.value);
    wall.heat.show(film.frames[now], max);
    const day = new Intl.DateTimeFormat(config.locale, { ...formats[film.span], timeZone: "Asia/Ho_Chi_Minh" }).format(new Date(film.starts[now]));
    const text = `${film.span === "year" ? say("week", { day }) : day} · ${say("count", { count: numbers.format(film.totals[now]) })}`;
    wall.element("moment").textContent = text;
    slider.setAttribute("aria-valuetext", text);
    [...bars.children].forEach((rect, index) => rect.classList.toggle("current", index === now));
  }

  // From live to a frame of the past.
  async function begin(first) {
    if (!film && !(await load())) return false;
    if (!wall.playing) {
      wall.playing = true;
      wall.element("back-live").hidden = false;
      if (first !== undefined) slider.value = first;
    }
    show();
    return true;
  }

  function run(on) {
    clearInterval(timer);
    timer = on ? setInterval(() => {
      if (Number(slider.value) >= Number(slider.max)) return run(false);
      slider.value = Number(slider.value) + 1;
      return show();
    }, STEP) : 0;
    wall.element("play").setAttribute("aria-pressed", String(Boolean(on)));
    wall.element("play-text").textContent = say(on ? "pause" : still ? "next" : "play");
  }

  async function toggle() {
    if (timer) return run(false);
    if (!wall.playing) {
      if (!(await begin(0))) return undefined;
    } else {
      const next = Number(slider.value) + 1;
      slider.value = next > Number(slider.max) ? 0 : still ? next : slider.value;
      show();
    }
    return still ? undefined : run(true);
  }

  function live() {
    run(false);
    film = null;
    wall.playing = false;
    wall.element("back-live").hidden = true;
    idle();
    wall.tell("live");
  }

  function idle() {
    wall.element("moment").textContent = say("now");
    bars.replaceChildren();
    slider.max = { day: 23, week: 6, year: 51 }[span.value];
    slider.value = slider.max;
    slider.setAttribute("aria-valuetext", say("now"));
  }

  wall.element("play").addEventListener("click", toggle);
  wall.element("back-live").addEventListener("click", () => {
    live();
    wall.element("play").focus();
  });
  slider.addEventListener("input", () => {
    run(false);
    begin(slider.value);
  });
  span.addEventListener("change", async () => {
    const was = wall.playing;
    live();
    if (was) await begin(0);
  });
  map.on("moveend", () => {
    if (!film || !wall.playing) return;
    scale();
    show();
  });
  wall.on("chosen", ({ narrowed }) => { if (narrowed && wall.playing) live(); });
  wall.on("play", toggle);
  run(false);
  idle();
});
