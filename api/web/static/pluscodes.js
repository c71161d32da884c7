// Plus codes (Open Location Code), read as its specification says: https://github.com/google/open-location-code

const DIGITS = "23456789CFGHJMPQRVWX";
const CODE = /(?:^|[\s,])((?:[2-9CFGHJMPQRVWX]{2}){2,4})\+([2-9CFGHJMPQRVWX]{2,7})(?=$|[\s,])/i;

/** The code in a text and the words beside it; `missing` digits of a short one are those of a place nearby. */
export function plusCode(text) {
  const found = CODE.exec(text.trim());
  if (!found) return null;
  const [whole, before, after] = found;
  const beside = text.trim().replace(whole, " ").replace(/^[\s,]+|[\s,]+$/g, "");
  return { digits: (before + after).toUpperCase(), missing: 8 - before.length, beside };
}

/** The middle of a code's cell; of the places that a short code may mean the nearest to `reference` that is `good`. */
export function placeOf({ digits, missing }, reference, good = () => true) {
  const { lon, lat } = middle(DIGITS[0].repeat(missing) + digits);
  if (!missing) return { lon, lat };
  const size = 20 ** (2 - missing / 2);
  const around = (value, low, offset) =>
    [-1, 0, 1].map((step) => low + (Math.floor((value - low) / size) + step) * size + offset - low);
  const all = around(reference.lat, -90, lat).flatMap((y) => around(reference.lon, -180, lon).map((x) => ({ lon: x, lat: y })));
  const far = (one) => Math.hypot(one.lon - reference.lon, one.lat - reference.lat);
  all.sort((a, b) => far(a) - far(b));
  return all.find(good) ?? all[0];
}

/** Five pairs of digits each divide the cell by 20 and 20, every further one by five rows and four columns. */
function middle(digits) {
  let lat = -90, lon = -180, high = 400, wide = 400;
  [...digits].forEach((digit, place) => {
    const value = DIGITS.indexOf(digit);
    if (place >= 10) {
      high /= 5;
      wide /= 4;
      lat += Math.floor(value / 4) * high;
      lon += (value % 4) * wide;
    } else if (place % 2) lon += value * (wide /= 20);
    else lat += value * (high /= 20);
  });
  return { lon: lon + wide / 2, lat: lat + high / 2 };
}
