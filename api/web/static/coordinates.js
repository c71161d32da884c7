// Coordinates as people paste them: numbers, degrees and minutes, links of maps.

const INSIDE = (value, most) => Number.isFinite(value) && Math.abs(value) <= most;

/** A decimal number with a point or a comma; NaN where it is none. */
export const decimal = (text) => (/^\s*-?\d{1,3}([.,]\d+)?\s*$/.test(text) ? Number(text.trim().replace(",", ".")) : NaN);

/** Longitude and latitude in "15.8794, 108.3380", "15,8794; 108,338", 15°52'45.8"N 108°20'16.8"E or a map's link; null without. */
export function coordinates(text) {
  const pair = linked(text) ?? degrees(text) ?? decimals(text);
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

const NUMBER = "(-?\\d{1,3}\\.\\d+)";
// A place of its own before the middle of the view.
const LINKS = [
  `!3d${NUMBER}!4d${NUMBER}`,
  `[?&]mlat=${NUMBER}&mlon=${NUMBER}`,
  `[?&](?:q|query|ll|destination)=(?:loc:)?${NUMBER},[+ ]?${NUMBER}`,
  `^geo:${NUMBER},${NUMBER}`,
  `#map=[\\d.]+/${NUMBER}/${NUMBER}`,
  `@${NUMBER},${NUMBER}`,
].map((pattern) => new RegExp(pattern));

/** Whether a text is a link. */
export const isLink = (text) => /^\s*(https?|geo):/i.test(text);

/** Latitude and longitude in a link of Google Maps, OpenStreetMap or of a phone (geo:). */
function linked(text) {
  if (!isLink(text)) return null;
  const plain = text.trim().replace(/%2C/gi, ",").replace(/%20/g, " ");
  const found = LINKS.map((pattern) => pattern.exec(plain)).find(Boolean);
  return found ? [Number(found[1]), Number(found[2])] : null;
}
