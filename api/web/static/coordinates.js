// Coordinates as people paste them.

const INSIDE = (value, most) => Number.isFinite(value) && Math.abs(value) <= most;

/** A decimal number with a point or a comma; NaN where it is none. */
export const decimal = (text) => (/^\s*-?\d{1,3}([.,]\d+)?\s*$/.test(text) ? Number(text.trim().replace(",", ".")) : NaN);

/** Longitude and latitude in "15.8794, 108.3380", "15,8794; 108,338", 15°52'45.8"N 108°20'16.8"E; null where there are none. */
export function coordinates(text) {
  const pair = degrees(text) ?? decimals(text);
  if (!pair) return null;
  const [first, second] = pair;
  // Maps write latitude first. A number above 90 is a longitude wherever it stands.
  const [lat, lon] = Math.abs(first) > 90 ? [second, first] : [first, second];
  return INSIDE(lon, 180) && INSIDE(lat, 90) ? { lon, lat } : null;
}

function decimals(text) {
  const plain = text.trim().replace(/^[([]|[)\]]$/g, "");
  const found =
    /^(-?\d{1,3}(?:\.\d+)?)\s*[,;\s]\s*(-?\d{1,3}(?:\.\d+)?)$/.exec(plain) ??
    /^(-?\d{1,3}(?:,\d+)?)\s*(?:;|\s)\s*(-?\d{1,3}(?:,\d+)?)$/.exec(plain);
  return found ? [decimal(found[1]), decimal(found[2])] : null;
}

function degrees(text) {
  const part = /(\d{1,3})°\s*(?:(\d{1,2})['′’]\s*)?(?:(\d{1,2}(?:[.,]\d+)?)["″”]\s*)?([NSEWBĐ])/giu;
  const found = [...text.matchAll(part)].map(([, whole, minutes = "0", seconds = "0", side]) => ({
    value: (Number(whole) + Number(minutes) / 60 + decimal(seconds) / 3600) * (/[SW]/i.test(side) ? -1 : 1),
    east: /[EWĐ]/iu.test(side),
  }));
  if (found.length !== 2 || found[0].east === found[1].east) return null;
  return found[0].east ? [found[1].value, found[0].value] : [found[0].value, found[1].value];
}
