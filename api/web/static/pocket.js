// Which unit answers for a pin, found on the phone: the rules of boundaries/routing.py on the simplified borders of
// /app/areas.json. No page is needed: a service worker and tests import it too.

const FILE = "/app/areas.json";
const TOUCH = 0.001; // metres: nearer than this a border is touched
const ROWS = 32; // in which the circle of an uncertain pin is shared out
let file = null;

/** Fetches the borders, or takes those that the service worker kept; whether there are any now. */
export async function load() {
  const kept = () => globalThis.caches?.match(FILE).catch(() => null);
  const good = (answer) => (answer?.ok ? answer : null);
  const answer = good(await fetch(FILE).catch(() => null)) ?? (await kept());
  if (answer) read(await answer.json());
  return ready();
}

export const ready = () => file !== null;

/** Takes the content of the file: its borders from steps to places, in multiples of its `step`. */
export function read(told) {
  const arcs = told.arcs.map(([owners, steps]) => {
    const xs = new Float64Array(steps.length / 2), ys = new Float64Array(steps.length / 2);
    for (let i = 0, x = 0, y = 0; i < xs.length; i += 1) {
      xs[i] = x += steps[2 * i];
      ys[i] = y += steps[2 * i + 1];
    }
    return { owners, xs, ys, west: Math.min(...xs), east: Math.max(...xs), south: Math.min(...ys), north: Math.max(...ys) };
  });
  // Where no edition is in force only the server knows who answers.
  if (told.areas.length) file = { ...told, arcs, count: told.areas.length + told.neighbours.length };
}

/**
 * The answer of /api/v1/route for a pin in degrees, with the values of its reason in place of a sentence; or
 * `{outside: true, metres, neighbour}`; null before the borders are there.
 */
export function route({ lon, lat, accuracy }) {
  if (!ready()) return null;
  const pin = placed(lon, lat);
  const radius = Math.hypot(accuracy || 0, file.uncertainty);
  const { own, others } = around(pin, radius);
  const covering = own.filter((one) => one.metres <= TOUCH);
  const chosen = covering[0] ?? nearest(pin);
  if (!covering.length && beyond(chosen, others)) {
    const neighbour = others.find((one) => one.metres <= TOUCH);
    return { outside: true, metres: chosen.metres, neighbour: neighbour ? file.neighbours[neighbour.place - file.areas.length] : null };
  }
  const rivals = [...own, ...others].filter((one) => one.place !== chosen.place).sort((a, b) => a.metres - b.metres);
  const area = file.areas[chosen.place];
  const reason = why(area, covering, rivals[0], chosen, radius);
  return {
    area: { code: area.code, name: area.name },
    unit: area.unit ?? file.ioc,
    reason,
    needs_confirmation: reason.code !== "inside",
    candidates: own.length > 1 ? candidates(pin, radius, own) : [],
  };
}

/** A pin in steps from the origin, and how many metres a step is there, east and north (WGS 84). */
function placed(lon, lat) {
  const { origin: [west, south], step } = file;
  const angle = (lat * Math.PI) / 180;
  const bulge = 1 - 0.00669438 * Math.sin(angle) ** 2;
  const degree = (Math.PI / 180) * 6378137;
  return {
    x: (lon - west) / step,
    y: (lat - south) / step,
    across: (step * degree * Math.cos(angle)) / Math.sqrt(bulge),
    up: (step * degree * (1 - 0.00669438)) / bulge ** 1.5,
  };
}

/** Areas and neighbouring provinces within `reach` metres, those of smaller codes first; metres are 0 inside. */
function around(pin, reach) {
  const metres = new Array(file.count).fill(Infinity);
  for (const arc of file.arcs) {
    if (away(pin, arc) > reach) continue;
    const found = far(pin, arc);
    for (const owner of arc.owners) metres[owner] = Math.min(metres[owner], found);
  }
  crossings(pin.y, file.arcs).forEach((xs, place) => {
    if (xs.filter((x) => x < pin.x).length % 2) metres[place] = 0;
  });
  const found = metres.map((one, place) => ({ place, metres: one })).filter((one) => one.metres <= reach);
  const mine = ({ place }) => place < file.areas.length;
  return { own: found.filter(mine), others: found.filter((one) => !mine(one)) };
}

function nearest(pin) {
  return around(pin, Infinity).own.reduce((best, one) => (one.metres < best.metres - TOUCH ? one : best));
}

/** Whether a pin in no area is too far to be taken, or in another province. */
function beyond({ place, metres }, others) {
  const reach = Math.max(file.areas[place].coastal ? file.coast : 0, file.uncertainty);
  return metres > reach || others.some((one) => one.metres <= TOUCH);
}

function why(area, covering, rival, chosen, radius) {
  const values = { area: fullName(area.code), radius };
  if (!area.unit) return { code: "ioc", ...values };
  if (covering.length > 1) return { code: "border", areas: covering.map((one) => named(one.place)).join(", "), ...values };
  if (!covering.length) return { code: "nearest", distance: chosen.metres, ...values };
  return rival ? { code: "uncertain", other: named(rival.place), distance: rival.metres, ...values } : { code: "inside", ...values };
}

const named = (place) =>
  place < file.areas.length ? `${file.areas[place].kind} ${file.areas[place].name}` : file.neighbours[place - file.areas.length];

/** Kind and name of an area by its code: "thành phố Hội An". */
const fullName = (code) => named(file.areas.findIndex((one) => one.code === code));

/** Metres from a pin to the box around an arc. */
function away({ x, y, across, up }, { west, east, south, north }) {
  return Math.hypot(Math.max(west - x, 0, x - east) * across, Math.max(south - y, 0, y - north) * up);
}

/** Metres from a pin to an arc. */
function far({ x, y, across, up }, { xs, ys }) {
  let least = Infinity;
  for (let i = 1; i < xs.length; i += 1) {
    const ax = (xs[i - 1] - x) * across, ay = (ys[i - 1] - y) * up;
    const dx = (xs[i] - xs[i - 1]) * across, dy = (ys[i] - ys[i - 1]) * up;
    const along = Math.min(1, Math.max(0, -(ax * dx + ay * dy) / (dx * dx + dy * dy)));
    least = Math.min(least, (ax + along * dx) ** 2 + (ay + along * dy) ** 2);
  }
  return Math.sqrt(least);
}

/** Where a row of the map crosses the borders of each area and province: an odd number lies west of a point inside. */
function crossings(y, arcs) {
  const found = Array.from({ length: file.count }, () => []);
  for (const { owners, xs, ys, south, north } of arcs) {
    if (y < south || y >= north) continue;
    for (let i = 1; i < ys.length; i += 1) {
      if (ys[i - 1] > y === ys[i] > y) continue;
      const x = xs[i - 1] + ((y - ys[i - 1]) / (ys[i] - ys[i - 1])) * (xs[i] - xs[i - 1]);
      for (const owner of owners) found[owner].push(x);
    }
  }
  return found;
}

/** The areas with their shares of what the circle has in all of them, measured row by row; the greatest first. */
function candidates(pin, radius, own) {
  const arcs = file.arcs.filter(({ south, north }) => Math.max(south - pin.y, pin.y - north) * pin.up <= radius);
  const sums = own.map(() => 0);
  for (let row = 0; row < ROWS; row += 1) {
    const high = radius * ((2 * row + 1) / ROWS - 1); // metres north of the pin
    const half = Math.sqrt(radius ** 2 - high ** 2) / pin.across;
    const crossed = crossings(pin.y + high / pin.up, arcs);
    own.forEach(({ place }, index) => {
      const xs = crossed[place].sort((a, b) => a - b);
      for (let i = 1; i < xs.length; i += 2) {
        sums[index] += Math.max(0, Math.min(xs[i], pin.x + half) - Math.max(xs[i - 1], pin.x - half));
      }
    });
  }
  const total = sums.reduce((sum, one) => sum + one, 0);
  return own
    .map(({ place }, index) => {
      const { code, name, unit } = file.areas[place];
      return { area: { code, name }, unit: unit ?? file.ioc, share: total ? sums[index] / total : 1 / own.length };
    })
    .sort((a, b) => Math.round((b.share - a.share) * 1e4));
}
