"use strict";
// Key figures, each with the last month as a line.
quangnam.wall.part(() => {
  const { config, make, say, wall } = quangnam;
  const WIDE = 100, HIGH = 24;
  const times = new Intl.DateTimeFormat(config.locale, { timeStyle: "medium", timeZone: "Asia/Ho_Chi_Minh" });

  function svg(name, values) {
    const found = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(values)) found.setAttribute(key, value);
    return found;
  }

  // A day without a value is a gap.
  function line(days) {
    const known = days.filter((value) => value !== null);
    const drawn = svg("svg", { class: "spark", viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", "aria-hidden": "true" });
    if (known.length < 2) return drawn;
    const most = Math.max(...known), least = Math.min(...known, most * 0.6);
    const x = (index) => ((index / (days.length - 1)) * WIDE).toFixed(1);
    const y = (value) => (HIGH - 2 - ((value - least) / (most - least || 1)) * (HIGH - 4)).toFixed(1);
    let path = "", pen = "M";
    days.forEach((value, index) => {
      if (value === null) { pen = "M"; return; }
      path += `${pen}${x(index)} ${y(value)}`;
      pen = "L";
    });
    drawn.append(svg("path", { d: path, "vector-effect": "non-scaling-stroke" }));
    return drawn;
  }

  function figure({ name, value, note, tone, days }) {
    const one = make("li", `figure-card ${tone}`);
    one.append(make("span", "name", name), make("strong", "value", value), make("span", "note", note), line(days));
    return one;
  }

  wall.on("overview", ({ figures, taken }) => {
    wall.sync(wall.element("figures"), figures, (one) => one.code, figure);
    wall.element("taken").textContent = say("taken", { time: times.format(Date.parse(taken)) });
  });
});
