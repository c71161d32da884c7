"use strict";
// What happens, as it happens: one stream a page, told to all who listen on the document. It holds for weeks: of what
// comes nothing is kept but the place in the history, and rings leave the map by themselves.
{
  const HIDDEN = 60_000; // milliseconds after which a page that nobody sees lets its connection go
  const PATIENCE = 2_000; // before a lost connection is spoken of: most come back at once
  const AGAIN = [1_000, 3_000, 10_000, 30_000]; // between attempts where the browser itself has given up
  const DAY = /^\d{4}-\d{2}-\d{2}$/;

  // A moment of a filter; a span such as P7D ends now and has begun before whatever is new.
  function moment(text, end) {
    if (!DAY.test(text)) return Date.parse(text);
    return Date.parse(`${text}T00:00+07:00`) + (end ? 86_400_000 : 0);
  }

  /** Whether an event's data are in the page's filters, as far as they can tell: words of a content they have not. */
  quangnam.matches = (data) => {
    if (!data.category) return false;
    const { bbox, category, unit, area, state, since, until, q, demo } = quangnam.config.filters;
    const [west, south, east, north] = (bbox || "-180,-90,180,90").split(",").map(Number);
    const created = Date.parse(data.created_at);
    return data.lon >= west && data.lon <= east && data.lat >= south && data.lat <= north
      && (!category || category.split(",").includes(data.category))
      && (!unit || unit === data.unit)
      && (!area || area === data.area || area === data.commune)
      && (!state || state === data.state)
      && !(since && created < moment(since, false))
      && !(until && created >= moment(until, true))
      && (!q || q.trim().toUpperCase() === data.code)
      && (demo === undefined || ["1", "true", "yes", "on"].includes(demo) === data.demo);
  };

  /** Brings a map to life: `source` is the stream's address, `cursor` the place in the history to go on from. */
  quangnam.live = (map, { source, cursor, rings }) => {
    const { say, make } = quangnam;
    const line = document.getElementById("live");
    const motion = window.matchMedia("(prefers-reduced-motion: reduce)");
    const drawn = new Set();
    map.createPane("pulses").style.zIndex = 640;
    map.getPane("pulses").style.pointerEvents = "none";
    let stream = null;
    let place = cursor; // of the last event
    let connected = false;
    let failures = 0;
    let lost, retry, quiet; // timers

    function tell(name, detail) {
      document.dispatchEvent(new CustomEvent(`quangnam:${name}`, { detail }));
    }

    function show(name, content) {
      if (!line || line.classList.contains("anew")) return;
      line.className = `live ${name}`;
      line.replaceChildren(content);
    }

    function pulse(data, kind) {
      if (motion.matches || document.hidden || !quangnam.matches(data)) return;
      if (drawn.size >= rings) remove(drawn.values().next().value);
      const icon = L.divIcon({ className: `pulse ${kind}`, iconSize: [72, 72] });
      const ring = L.marker([data.lat, data.lon], { icon, pane: "pulses", interactive: false, keyboard: false }).addTo(map);
      drawn.add(ring);
      // An animation that ends with its element never says so.
      setTimeout(remove, 2_000, ring);
    }

    function remove(ring) {
      ring.remove();
      drawn.delete(ring);
    }

    function take(name) {
      stream.addEventListener(name, (event) => {
        place = event.lastEventId;
        const data = JSON.parse(event.data);
        if (name === "report" || name === "step") pulse(data, name);
        else if (line) {
          const link = make("a", "", say("anew"));
          link.href = location.href;
          show("anew", link);
        }
        tell(name, data);
      });
    }

    function open() {
      clearTimeout(retry);
      if (stream) return;
      stream = new EventSource(place ? `${source}?last_event_id=${encodeURIComponent(place)}` : source);
      for (const name of ["report", "step", "edition", "reset"]) take(name);
      stream.addEventListener("open", () => {
        clearTimeout(lost);
        lost = undefined;
        failures = 0;
        if (connected) return;
        connected = true;
        show("", say("live"));
        tell("connected");
      });
      stream.addEventListener("error", () => {
        lost ??= setTimeout(away, PATIENCE);
        // The browser comes back by itself after a cut, but not after an answer that is no stream, such as a proxy's.
        if (stream.readyState !== EventSource.CLOSED) return;
        close();
        retry = setTimeout(open, AGAIN[Math.min(failures++, AGAIN.length - 1)]);
      });
    }

    function away() {
      connected = false;
      show("lost", say("lost"));
      tell("lost");
    }

    function close() {
      clearTimeout(retry);
      if (stream) stream.close();
      stream = null;
    }

    document.addEventListener("visibilitychange", () => {
      clearTimeout(quiet);
      if (document.hidden) quiet = setTimeout(close, HIDDEN);
      else open();
    });
    window.addEventListener("pagehide", close);
    window.addEventListener("pageshow", ({ persisted }) => { if (persisted) open(); });
    // After the page itself, so that the browser does not show it as loading.
    if (document.readyState === "complete") open();
    else window.addEventListener("load", open, { once: true });
  };
}
