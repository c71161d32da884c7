"use strict";
// Heat by days or weeks, with a slider and a bar for each.
quangnam.timeline = (map) => {
  const { config, data, numbers, say, base, heat, still } = quangnam;
  base(map);
  if (!data.starts.length) return;
  const drawn = heat(map);
  const element = (id) => document.getElementById(id);
  const slider = element("slider");
  const days = new Intl.DateTimeFormat(config.locale, { dateStyle: "long", timeZone: "UTC" });
  const STEP = 450; // milliseconds a frame

  const frames = data.starts.map(() => []);
  data.frame.forEach((frame, row) => {
    const [lon, lat] = data.cells[data.cell[row]];
    frames[frame].push([lat, lon, data.count[row]]);
  });
  const totals = frames.map((points) => points.reduce((sum, point) => sum + point[2], 0));
  let max = 1;
  const scale = () => { max = Math.max(...frames.map((points) => drawn.peak(points))) * 0.8; };

  const bars = element("bars");
  const most = Math.max(...totals);
  bars.setAttribute("viewBox", `0 0 ${totals.length} 100`);
  const rects = totals.map((total, index) => {
    const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    const height = total ? Math.max((total / most) * 100, 3) : 0;
    for (const [name, value] of Object.entries({ x: index + 0.1, y: 100 - height, width: 0.8, height })) rect.setAttribute(name, value);
    bars.append(rect);
    return rect;
  });

  function show() {
    const now = Number(slider.value);
    drawn.show(frames[now], max);
    const text = say(data.by, { day: days.format(new Date(`${data.starts[now]}T00:00:00Z`)) });
    element("moment").textContent = text;
    element("amount").textContent = say("count", { count: numbers.format(totals[now]) });
    slider.setAttribute("aria-valuetext", `${text}: ${element("amount").textContent}`);
    rects.forEach((rect, index) => rect.classList.toggle("current", index === now));
  }

  let timer = null;
  function play(on) {
    if (still) return;
    clearInterval(timer);
    timer = on ? setInterval(() => step(), STEP) : null;
    element("play-text").textContent = say(on ? "pause" : "play");
    element("play").setAttribute("aria-pressed", String(on));
  }
  function step() {
    const next = Number(slider.value) + 1;
    if (next >= frames.length) return play(false);
    slider.value = next;
    return show();
  }

  // Who wants no motion turns the pages by hand, and is told where they are.
  if (still) {
    element("play-text").textContent = say("next");
    element("moment").parentElement.setAttribute("role", "status");
  }
  element("play").addEventListener("click", () => {
    if (still) {
      slider.value = (Number(slider.value) + 1) % frames.length;
      return show();
    }
    if (timer) return play(false);
    if (Number(slider.value) >= frames.length - 1) slider.value = 0;
    show();
    return play(true);
  });
  slider.addEventListener("input", () => { play(false); show(); });
  map.on("moveend", () => { scale(); show(); });
  slider.value = totals.indexOf(most); // the fullest first: an empty map says little
  element("player").hidden = false;
  map.invalidateSize();
  scale();
  show();
};
