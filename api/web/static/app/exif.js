// What a JPEG says about itself (Exif 2.32): where it was taken, and the segment that says so, to be kept.

const ORIENTATION = 0x0112, GPS = 0x8825;
const LARGEST = 256 * 1024; // bytes at the beginning of a file in which the segment must lie

/** {segment, lon, lat} of a JPEG; lon and lat are null where it does not say, the segment says "upright". Null without Exif. */
export async function exif(blob) {
  const bytes = new Uint8Array(await blob.slice(0, LARGEST).arrayBuffer());
  const view = new DataView(bytes.buffer);
  try {
    const [start, end] = segment(view);
    const tiff = read(view, start + 10); // after the marker, the length and "Exif\0\0"
    // The picture is drawn anew with its sky above, and a viewer must not turn it a second time.
    if (tiff.orientation) view.setUint16(tiff.orientation, 1, tiff.little);
    return { segment: bytes.slice(start, end), lon: tiff.lon, lat: tiff.lat };
  } catch {
    return null; // RangeError: cut off, damaged, or no Exif at all
  }
}

/** The JPEG with another one's Exif segment right behind its first marker. */
export const withExif = (jpeg, kept) => new Blob([jpeg.slice(0, 2), kept, jpeg.slice(2)], { type: "image/jpeg" });

function segment(view) {
  if (view.getUint16(0) !== 0xffd8) throw new RangeError("no JPEG");
  for (let at = 2; view.getUint16(at) !== 0xffda; at += 2 + view.getUint16(at + 2)) {
    if (view.getUint16(at) === 0xffe1 && view.getUint32(at + 4) === 0x45786966) return [at, at + 2 + view.getUint16(at + 2)];
  }
  throw new RangeError("no Exif");
}

function read(view, base) {
  const little = view.getUint16(base) === 0x4949;
  const short = (at) => view.getUint16(at, little);
  const long = (at) => view.getUint32(at, little);
  const entries = (at) => new Map(Array.from({ length: short(at) }, (_none, index) => {
    const entry = at + 2 + index * 12;
    return [short(entry), entry + 8];
  }));
  const first = entries(base + long(base + 4));
  const place = first.has(GPS) ? entries(base + long(first.get(GPS))) : new Map();
  const degrees = (value, side, negative) => {
    if (!place.has(value) || !place.has(side)) return null;
    const at = base + long(place.get(value));
    const part = (index) => long(at + index * 8) / long(at + index * 8 + 4);
    const found = part(0) + part(1) / 60 + part(2) / 3600;
    if (!Number.isFinite(found)) return null;
    return String.fromCharCode(view.getUint8(place.get(side))) === negative ? -found : found;
  };
  const lat = degrees(2, 1, "S"), lon = degrees(4, 3, "W");
  const known = lat !== null && lon !== null && (lat || lon); // some cameras write zeros
  return { little, orientation: first.get(ORIENTATION), lon: known ? lon : null, lat: known ? lat : null };
}
