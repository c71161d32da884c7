// Open reports of the same category close to the pin: perhaps somebody has told of it already.
import { ago, byId, config, distance, later, make, say } from "./page.js";

const RADIUS = 150; // metres
const SHOWN = 3;
const OPEN = ["received", "needs_info", "in_progress"];
const panel = byId("similar");
const list = byId("similar-list");
let asked = null;

/** Looks again, after a moment's rest, for what the form now says. */
export const look = later(400, async ({ lon, lat, category }) => {
  asked?.abort();
  asked = new AbortController();
  const x = Number(lon), y = Number(lat);
  if (!category || !lon || !lat || !Number.isFinite(x) || !Number.isFinite(y)) return show([]);
  const up = RADIUS / 111_320, across = up / Math.cos((y * Math.PI) / 180);
  const bbox = [x - across, y - up, x + across, y + up].map((one) => one.toFixed(6)).join(",");
  const query = new URLSearchParams({ bbox, category, limit: "50", lang: config.lang });
  try {
    const answer = await fetch(`/api/v1/reports?${query}`, { signal: asked.signal });
    if (!answer.ok) return show([]);
    return show(near((await answer.json()).features, x, y));
  } catch {
    return show([]); // Without a network it is a hint less; the report can be sent all the same.
  }
});

function near(features, x, y) {
  const metres = ({ geometry: { coordinates: [lon, lat] } }) =>
    Math.hypot((lon - x) * Math.cos((y * Math.PI) / 180), lat - y) * 111_320;
  return features
    .filter(({ properties }) => OPEN.includes(properties.state) && !properties.demo)
    .map((one) => ({ ...one, metres: metres(one) }))
    .filter((one) => one.metres <= RADIUS)
    .sort((one, other) => one.metres - other.metres)
    .slice(0, SHOWN);
}

function show(found) {
  panel.hidden = !found.length;
  list.replaceChildren(...found.map(({ id, properties, metres }) => {
    const link = make("a", "", properties.content ?? id);
    link.href = `/reports/${encodeURIComponent(id)}`;
    link.target = "_blank"; // What is typed in the form must not be lost.
    link.rel = "noopener";
    return make("li", "", link, make("span", "muted", ` · ${say("away", { distance: distance(metres) })} · ${ago(properties.created_at)}`));
  }));
}
