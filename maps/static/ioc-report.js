"use strict";
// A report opens over the map; the desk's whole page is one click away.
quangnam.wall.part(() => {
  const { config, make, say, wall } = quangnam;
  const dialog = wall.element("report"), body = wall.element("report-body");
  let shown = null;

  function pictures(found) {
    const box = make("p", "pictures");
    found.pictures.forEach((address, index) => {
      const image = make("img");
      Object.assign(image, { src: address, alt: say("picture", { number: index + 1 }), width: 120, height: 120 });
      box.append(image);
    });
    return box;
  }

  function steps(found) {
    const box = make("ol", "steps");
    for (const step of found.steps) {
      const line = make("li");
      line.append(make("span", "muted", step.at), make("span", "", step.text));
      if (step.said) {
        const words = make("q", "", step.said);
        words.lang = "vi";
        line.append(words);
      }
      box.append(line);
    }
    return box;
  }

  function why(found) {
    const open = body.querySelector(".why")?.open;
    const box = new DOMParser().parseFromString(found.why, "text/html").querySelector(".why"); // a template of the server's
    if (box && open) box.open = true;
    return box ? [box] : [];
  }

  function fill(found) {
    const where = make("p", "where");
    const unit = make("strong", "", found.unit);
    unit.lang = "vi";
    where.append(make("span", "state", found.state), unit);
    const words = make("p", "words", found.content);
    words.lang = "vi";
    words.dir = "auto";
    const parts = [where, words];
    if (found.pictures.length) parts.push(pictures(found));
    if (found.candidates.length) parts.push(make("p", "muted", found.reason || say("settle")), wall.candidates(found));
    parts.push(make("p", "muted", found.created), ...why(found), steps(found));
    body.replaceChildren(...parts);
    wall.element("report-acts").textContent = found.acts.join(" · ");
  }

  function head(category, code, area) {
    wall.element("report-badge").replaceChildren(wall.badge(category));
    const title = wall.element("report-title");
    const place = make("span", "", area);
    place.lang = "vi";
    title.replaceChildren(make("span", "", config.categories[category] || say("unknown")), place, make("span", "code", code));
    wall.element("report-desk").href = config.report + encodeURIComponent(code);
  }

  async function open(code) {
    shown = code;
    if (!dialog.open) {
      body.replaceChildren(make("p", "muted", say("loading")));
      head("", code, "");
      dialog.showModal();
    }
    let found = null;
    try {
      const response = await fetch(`${config.api}/ioc/reports/${encodeURIComponent(code)}?lang=${document.documentElement.lang}`);
      if (response.ok) found = await response.json();
    } catch { /* told below */ }
    if (shown !== code || !dialog.open) return;
    if (!found) {
      body.replaceChildren(make("p", "", say("gone")));
      return;
    }
    head(found.category, found.code, found.area);
    fill(found);
  }

  dialog.addEventListener("close", () => {
    shown = null;
    body.replaceChildren();
  });
  wall.on("open", open);
  wall.on("settled", (code) => code === shown && open(code));
  wall.on("event", ({ code }) => code === shown && open(code));
  for (const one of document.querySelectorAll("dialog")) {
    one.addEventListener("click", (event) => {
      if (event.target === one || event.target.closest("[data-close]")) one.close(); // also on what lies around it
    });
  }
});
