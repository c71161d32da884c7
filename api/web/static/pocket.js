// Which unit answers for a pin, found on the phone: the rules of boundaries/routing.py on the simplified borders of
// /app/areas.json. No page is needed: a service worker and tests import it too.

const FILE = "/app/areas.json";
const TOUCH = 0.001; // metres: nearer than this a border is touched
const ROWS = 16; // in which each disc of an uncertain pin is shared out
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
  const lies = covering[0] ?? nearest(pin);
  if (!covering.length && beyond(lies, others)) {
    const neighbour = others.find((one) => one.metres <= TOUCH);
    return { outside: true, metres: lies.metres, neighbour: neighbour ? file.neighbours[neighbour.place - file.areas.length] : null };
  }
  const shares = shared(pin, accuracy || 0, own, others);
  // The likeliest; of equal ones where the pin lies.
  const chosen = own.reduce((best, one) => (shares.get(one.place) > (shares.get(best.place) ?? 0) ? one : best), lies);
  const chance = shares.get(chosen.place) ?? null;
  const rivals = [...own, ...others].filter((one) => one.place !== chosen.place).sort((a, b) => a.metres - b.metres);
  const area = file.areas[chosen.place];
  const units = new Set(own.map(({ place }) => (file.areas[place].unit ?? file.ioc).code));
  const oneUnit = own.length > 1 && !others.length && units.size === 1;
  const needs = !area.unit || (!(chance >= file.enough) && !oneUnit);
  return {
    area: { code: area.code, name: area.name },
    unit: area.unit ?? file.ioc,
    reason: why(area, covering, rivals[0], { chosen, lies, radius, chance, needs }),
    needs_confirmation: needs,
    confidence: chance,
    candidates: own.length > 1 ? candidates(own, shares) : [],
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

function why(area, covering, rival, { chosen, lies, radius, chance, needs }) {
  const values = { area: fullName(area.code), radius, chance };
  if (!area.unit) return { code: "ioc", ...values };
  if (!covering.length) return { code: "nearest", said: chance === null ? "nearest" : "coast", distance: chosen.metres, ...values };
  if (covering.length > 1) return { code: "border", areas: covering.map((one) => named(one.place)).join(", "), ...values };
  if (chosen !== lies) return { code: "uncertain", said: "likelier", other: named(lies.place), ...values };
  if (!rival) return { code: "inside", ...values };
  return { code: "uncertain", said: needs ? "uncertain" : "likely", other: named(rival.place), distance: rival.metres, ...values };
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

/** How likely each of the areas near a pin is, by its place, of these and the provinces beside: as boundaries/shares.py. */
function shared(pin, accuracy, own, others) {
  const near = [...own, ...others];
  if (near.length < 2) return new Map(own.map(({ place }) => [place, 1]));
  const sums = near.map(() => 0);
  for (const [spread, square] of file.discs) {
    const radius = Math.sqrt(2 * square) * Math.hypot(accuracy / file.accuracy, spread * file.uncertainty);
    if (radius > 0) addDisc(sums, pin, radius, near);
  }
  const total = sums.reduce((sum, one) => sum + one, 0);
  return new Map(own.map(({ place }, index) => [place, total ? sums[index] / total : 1 / own.length]));
}

/** Adds to the sums what each area has of a disc, measured row by row. */
function addDisc(sums, pin, radius, near) {
  const arcs = file.arcs.filter(({ south, north }) => Math.max(south - pin.y, pin.y - north) * pin.up <= radius);
  for (let row = 0; row < ROWS; row += 1) {
    const high = radius * ((2 * row + 1) / ROWS - 1); // metres north of the pin
    const half = Math.sqrt(radius ** 2 - high ** 2) / pin.across;
    const crossed = crossings(pin.y + high / pin.up, arcs);
    near.forEach(({ place }, index) => {
      const xs = crossed[place].sort((a, b) => a - b);
      for (let i = 1; i < xs.length; i += 2) {
        sums[index] += Math.max(0, Math.min(xs[i], pin.x + half) - Math.max(xs[i - 1], pin.x - half)) / radius;
      }
    });
  }
}

function candidates(own, shares) {
  return own
    .map(({ place }) => {
      const { code, name, unit } = file.areas[place];
      return { area: { code, name }, unit: unit ?? file.ioc, share: shares.get(place) };
    })
    .sort((a, b) => Math.round((b.share - a.share) * 1e4));
}
