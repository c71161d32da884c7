// What the form becomes: the receipt of a report that was taken, or of one that waits on the phone for a network.
import { flush } from "./app/outbox.js";
import { promised } from "./app/room.js";
import { copying } from "./copy.js";
import { byId, moment, say } from "./page.js";
import { offer } from "./push.js";
import { smsLink } from "./texting.js";

const place = byId("done");

function show(template, form) {
  const view = byId(template).content.cloneNode(true);
  form.hidden = true;
  place.replaceChildren(view);
  place.hidden = false;
  const title = place.querySelector("h1");
  document.title = title.textContent;
  scrollTo(0, 0);
  title.focus();
  return (name) => place.querySelector(`[data-slot="${name}"]`);
}

/** The receipt. */
export function done(told, form) {
  const slot = show("sent", form);
  slot("code").textContent = told.code;
  slot("unit").textContent = told.unit.name;
  slot("reason").textContent = told.reason.text;
  for (const name of ["accept", "resolve"]) if (told.deadlines[name]) slot(name).textContent = moment(told.deadlines[name]);
  slot("link").value = told.link;
  slot("open").href = told.link;
  form.reset();
  copying(place);
  if (form.dataset.by) return; // the link is the caller's, not this desk's
  offer(slot("push"), told.code);
  // A reload shows the report instead of an empty form.
  history.replaceState(null, "", `/reports/${encodeURIComponent(told.code)}`);
}

/** The report is safe on the phone: what happens next, and what else one can do where there is no data at all. */
export async function waitingFor(one, form) {
  const unit = byId("routed-unit").textContent;
  const slot = show("kept", form);
  slot("unit").textContent = unit;
  const again = slot("again");
  again.addEventListener("click", async () => {
    again.disabled = true;
    slot("state").textContent = say("sending");
    await flush({ only: one.id }).catch(() => {});
    again.disabled = false;
    if (!place.querySelector("[data-slot=code]")) slot("state").textContent = say("stillAway");
  });
  const text = slot("sms");
  const address = await smsLink(one);
  text.hidden = !address;
  if (address) text.href = address;
  const worker = await navigator.serviceWorker?.getRegistration();
  const byItself = worker && "sync" in worker && (await worker.sync.register("outbox").then(() => true, () => false));
  slot("how").textContent = say(byItself ? "sendsItself" : "openAgain");
  slot("evictable").hidden = await promised();
}
