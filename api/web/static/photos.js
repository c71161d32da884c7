// Chosen photos and a video: made small, shown, removable, checked for number and size before they cost anybody's data.
import { freshKey } from "./app/drafts.js";
import { shrink } from "./app/shrink.js";
import { fault, mend } from "./faults.js";
import { byId, config, make, say } from "./page.js";

const previews = byId("previews");
const status = byId("photos-status");
let chosen = []; // {id, blob, name, upload, from}
let changed = () => {};
let placed = () => {};
let working = Promise.resolve();

/** The chosen files in their order, as drafts keep them. */
export const photos = () => [...chosen];

/** Notes under which id a file's bytes have begun to arrive, so that a second try goes on from there. */
export function begun(file, upload) {
  chosen = chosen.map((one) => (one.id === file ? { ...one, upload } : one));
}

/** Resolves once all that was chosen is small. */
export const ready = () => working;

/** Brings the two buttons and the previews to life; `call` after every change, `place` with where a photo was taken. */
export function choosing(call, place) {
  [changed, placed] = [call, place];
  byId("photos")?.classList.add("sr"); // its label is the button; without a script it shows itself
  for (const input of [byId("photos"), byId("camera")]) {
    input?.addEventListener("change", () => {
      const files = [...input.files];
      working = working.then(() => add(files));
      input.value = ""; // the same photo may be chosen again after it was removed
    });
  }
}

/** Shows the files of a draft that was kept. */
export function restorePhotos(files) {
  chosen = files.map(({ id, blob, name, upload, from }) => ({ id, blob, name, upload, from }));
  draw();
}

const film = (blob) => blob.type.startsWith("video/");

async function add(files) {
  mend("media");
  for (const file of files) {
    const from = `${file.name} ${file.size} ${file.lastModified}`;
    if (chosen.some((one) => one.from === from)) continue;
    if (tooMany(file)) {
      fault("media", tooMany(file));
      continue;
    }
    const { blob, lon, lat } = await small(file);
    if (!blob) continue;
    if (tooLarge(blob, file.name)) {
      fault("media", tooLarge(blob, file.name));
      continue;
    }
    chosen.push({ id: freshKey(), blob, name: file.name, upload: null, from });
    if (Number.isFinite(lon) && Number.isFinite(lat)) placed({ lon, lat });
    draw();
    changed();
  }
}

/** The file as it will be sent; nothing where the phone cannot read it: one of a cloud, or gone since it was chosen. */
async function small(file) {
  status.textContent = film(file) ? "" : say("shrinking", { name: file.name });
  try {
    const made = film(file) ? { blob: file } : await shrink(file, config.photoSide);
    if (!made.blob.size) throw new RangeError("empty"); // so some browsers say it
    await made.blob.slice(0, 1).arrayBuffer();
    return made;
  } catch {
    fault("media", say("unreadable", { name: file.name }));
    return {};
  } finally {
    status.textContent = "";
  }
}

function tooMany(file) {
  if (film(file)) return chosen.some(({ blob }) => film(blob)) ? say("oneVideo") : "";
  const photos = chosen.filter(({ blob }) => !film(blob)).length;
  return photos >= config.maxPhotos ? say("tooMany", { most: config.maxPhotos }) : "";
}

function tooLarge(blob, name) {
  const most = film(blob) ? config.maxVideoBytes : config.maxPhotoBytes;
  return blob.size > most ? say(film(blob) ? "videoTooLarge" : "tooLarge", { name, most: Math.floor(most / 1_000_000) }) : "";
}

function draw() {
  for (const image of previews.querySelectorAll("img, video")) URL.revokeObjectURL(image.src);
  previews.replaceChildren(...chosen.map(preview));
  previews.hidden = !chosen.length;
}

function preview({ blob, name }, index) {
  const image = make(film(blob) ? "video" : "img");
  if (film(blob)) Object.assign(image, { muted: true, playsInline: true, preload: "metadata" });
  image[film(blob) ? "ariaLabel" : "alt"] = say("photo", { number: index + 1 });
  image.src = URL.createObjectURL(blob);
  // Not every browser draws every format (HEIC); the server does, so the name stands in.
  image.addEventListener("error", () => image.replaceWith(make("span", "photo-name", name)));
  const remove = make("button", "", "×");
  remove.type = "button";
  remove.setAttribute("aria-label", say("removePhoto", { number: index + 1 }));
  remove.addEventListener("click", () => {
    chosen.splice(index, 1);
    mend("media");
    draw();
    changed();
    (previews.querySelector("button") ?? byId("photos")).focus();
  });
  return make("li", "", image, remove);
}
