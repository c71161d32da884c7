// Chosen photos: shown, removable, checked for number and size before they cost anybody's data.
import { byId, config, make, say } from "./page.js";
import { fault, mend } from "./faults.js";

const previews = byId("previews");
const files = [];

/** The chosen files in their order. */
export const photos = () => [...files];

/** Brings the two buttons and the previews to life. */
export function choosing() {
  byId("photos")?.classList.add("sr"); // its label is the button; without a script it shows itself
  for (const input of [byId("photos"), byId("camera")]) {
    input?.addEventListener("change", () => {
      add([...input.files]);
      input.value = ""; // the same photo may be chosen again after it was removed
    });
  }
}

function add(chosen) {
  mend("media");
  for (const file of chosen) {
    const twice = files.some((one) => one.name === file.name && one.size === file.size && one.lastModified === file.lastModified);
    if (twice) continue;
    const refused = film(file) ? filmFault(file) : photoFault(file);
    if (refused) fault("media", refused);
    else files.push(file);
  }
  draw();
}

const film = (file) => file.type.startsWith("video/");

function filmFault({ name, size }) {
  if (files.some(film)) return say("oneVideo");
  return size > config.maxVideoBytes ? say("videoTooLarge", { name, most: Math.floor(config.maxVideoBytes / 1_000_000) }) : "";
}

function photoFault({ name, size }) {
  if (files.filter((file) => !film(file)).length >= config.maxPhotos) return say("tooMany", { most: config.maxPhotos });
  return size > config.maxPhotoBytes ? say("tooLarge", { name, most: Math.floor(config.maxPhotoBytes / 1_000_000) }) : "";
}

function draw() {
  for (const image of previews.querySelectorAll("img, video")) URL.revokeObjectURL(image.src);
  previews.replaceChildren(...files.map(preview));
  previews.hidden = !files.length;
}

function preview(file, index) {
  const image = make(film(file) ? "video" : "img");
  if (film(file)) Object.assign(image, { muted: true, playsInline: true, preload: "metadata" });
  image[film(file) ? "ariaLabel" : "alt"] = say("photo", { number: index + 1 });
  image.src = URL.createObjectURL(file);
  // Not every browser draws every format (HEIC); the server does, so the name stands in.
  image.addEventListener("error", () => image.replaceWith(make("span", "photo-name", file.name)));
  const remove = make("button", "", "×");
  remove.type = "button";
  remove.setAttribute("aria-label", say("removePhoto", { number: index + 1 }));
  remove.addEventListener("click", () => {
    files.splice(index, 1);
    mend("media");
    draw();
    (previews.querySelector("button") ?? byId("photos")).focus();
  });
  return make("li", "", image, remove);
}
