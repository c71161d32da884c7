// Regions to blur, marked on a picture by finger, mouse or keys; the server does the blurring.
import { byId, make, say } from "./page.js";

const frame = byId("frame");
const regions = []; // {left, top, width, height} as parts of the picture
let drawing = null;

if (frame) start();

function start() {
  byId("add").hidden = false;
  byId("add").addEventListener("click", () => {
    regions.push({ left: 0.4, top: 0.4, width: 0.2, height: 0.2 });
    draw();
    frame.lastElementChild.focus();
  });
  frame.addEventListener("pointerdown", (event) => {
    if (event.button || event.target.matches(".region")) return;
    event.preventDefault();
    frame.setPointerCapture(event.pointerId);
    drawing = { ...place(event), width: 0, height: 0 };
    drawing.from = { left: drawing.left, top: drawing.top };
    regions.push(drawing);
  });
  frame.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    const now = place(event);
    drawing.left = Math.min(now.left, drawing.from.left);
    drawing.top = Math.min(now.top, drawing.from.top);
    drawing.width = Math.abs(now.left - drawing.from.left);
    drawing.height = Math.abs(now.top - drawing.from.top);
    draw();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    frame.addEventListener(end, () => {
      if (drawing && (drawing.width < 0.01 || drawing.height < 0.01)) regions.splice(regions.indexOf(drawing), 1);
      drawing = null;
      draw();
    });
  }
}

function place(event) {
  const box = frame.getBoundingClientRect();
  const part = (value) => Math.min(1, Math.max(0, value));
  return { left: part((event.clientX - box.left) / box.width), top: part((event.clientY - box.top) / box.height) };
}

function draw() {
  for (const old of frame.querySelectorAll(".region")) old.remove();
  regions.forEach((region, index) => frame.append(mark(region, index)));
  byId("regions").value = JSON.stringify(regions.map(({ left, top, width, height }) => [left, top, width, height]));
  byId("save").disabled = !regions.length;
}

function mark(region, index) {
  const button = make("button", "region");
  button.type = "button";
  button.setAttribute("aria-label", say("region", { number: index + 1 }));
  for (const side of ["left", "top", "width", "height"]) button.style[side] = `${region[side] * 100}%`;
  button.addEventListener("keydown", (event) => {
    const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [0, 0];
    if (event.key === "Delete" || event.key === "Backspace") regions.splice(index, 1);
    else if (!x && !y) return;
    else if (event.shiftKey) {
      region.width = Math.min(1 - region.left, Math.max(0.02, region.width + x / 100));
      region.height = Math.min(1 - region.top, Math.max(0.02, region.height + y / 100));
    } else {
      region.left = Math.min(1 - region.width, Math.max(0, region.left + x / 100));
      region.top = Math.min(1 - region.height, Math.max(0, region.top + y / 100));
    }
    event.preventDefault();
    draw();
    (frame.querySelectorAll(".region")[Math.min(index, regions.length - 1)] ?? byId("add")).focus();
  });
  return button;
}
