// Photos small enough for a bad network, before they are kept or sent.
import { exif, withExif } from "./exif.js";

const QUALITY = 0.82;
const SMALL = 400_000; // bytes: a photo that weighs no more and is no larger stays as it is

/** {blob, lon, lat}: the photo with its long side at most `side` pixels, and where it says it was taken (else null). */
export async function shrink(file, side) {
  const said = file.type === "image/jpeg" ? await exif(file) : null;
  const place = { lon: said?.lon ?? null, lat: said?.lat ?? null };
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
  if (!bitmap && /^image\/(jpeg|png|webp|gif)$/.test(file.type)) throw new TypeError("no picture");
  if (!bitmap) return { blob: file, ...place }; // a format that only the server reads (HEIC)
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  if (scale === 1 && file.size <= SMALL) return { blob: file, ...place };
  const drawn = await draw(bitmap, scale);
  bitmap.close();
  if (!drawn || drawn.size >= file.size) return { blob: file, ...place };
  return { blob: said ? withExif(drawn, said.segment) : drawn, ...place };
}

function draw(bitmap, scale) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff"; // behind what is transparent
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", QUALITY); });
}
