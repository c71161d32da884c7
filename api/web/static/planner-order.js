// How far an order is: asked every second, and the page is made anew once there is something else to say.
import { byId, config, number, say } from "./page.js";

const EVERY = 1000; // milliseconds
const state = document.querySelector("[data-state]").dataset.state;

async function look() {
  const answer = await fetch(config.address).catch(() => null);
  const told = answer?.ok ? await answer.json() : null; // without a network the next look tells
  if (told && told.state !== state) {
    location.reload();
    return;
  }
  if (told) {
    byId("progress").value = told.progress;
    if (told.done) byId("rows").textContent = say("rows", { done: number(told.done), total: number(told.total) });
  }
  setTimeout(look, EVERY);
}

setTimeout(look, EVERY);
