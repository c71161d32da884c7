// What was seen last, kept on the phone for when there is no network.

const CACHE = "quangnam-seen";
const KEY = "/seen";
const MOST = 200; // reports
const AGE = 7 * 24 * 3600 * 1000; // milliseconds

/** Keeps the first reports of a collection in place of those kept before. */
export async function remember({ features }) {
  if (!("caches" in window) || !features.length) return;
  const kept = { at: new Date().toISOString(), features: features.slice(0, MOST) };
  const cache = await caches.open(CACHE);
  await cache.put(KEY, new Response(JSON.stringify(kept), { headers: { "Content-Type": "application/json" } }));
}

/** `{at, features}` of what was kept, null where there is nothing or it is too old to be trusted. */
export async function seen() {
  if (!("caches" in window)) return null;
  const cache = await caches.open(CACHE);
  const kept = await cache.match(KEY).then((found) => found?.json()).catch(() => null);
  if (!kept) return null;
  if (Date.now() - new Date(kept.at) <= AGE) return kept;
  await cache.delete(KEY);
  return null;
}

/** A beginning or an end as the API understands it: so long ago, a day of Vietnam, or a moment. */
function moment(text, end) {
  const [, days, hours] = /^P(?:(\d+)D|T(\d+)H)$/.exec(text) ?? [];
  if (days || hours) return Date.now() - Number(days ?? 0) * 86_400_000 - Number(hours ?? 0) * 3_600_000;
  if (text.length > 10) return Number(new Date(text));
  return Number(new Date(`${text}T00:00+07:00`)) + (end ? 86_400_000 : 0);
}

/** Those of some reports that the filters of the page let through. */
export function passing(features, query) {
  const categories = query.get("category")?.split(",");
  const [state, area, since, until] = ["state", "area", "since", "until"].map((name) => query.get(name));
  return features.filter(({ properties: one }) =>
    (!categories || categories.includes(one.category))
    && (!state || one.state === state)
    && (!area || one.area === area || one.commune === area)
    && (!since || Number(new Date(one.created_at)) >= moment(since, false))
    && (!until || Number(new Date(one.created_at)) < moment(until, true)));
}
