// On every page of the app: the service worker, the reader's language for it, and what still waits to be sent.
import { drafts, REFUSED, WRITING } from "./drafts.js";
import { keep } from "./store.js";

const LATER = globalThis.requestIdleCallback ?? ((call) => setTimeout(call, 500));
const badge = document.getElementById("waiting");

async function start() {
  const worker = "serviceWorker" in navigator
    ? await navigator.serviceWorker.register("/sw.js", { type: "module", updateViaCache: "none" }).catch(() => null)
    : null;
  worker?.active?.postMessage("fresh");
  try {
    await keep("lang", document.documentElement.lang);
    const outbox = await import("./outbox.js");
    await count();
    outbox.watch((told) => {
      if (told.share !== undefined) return;
      count();
      say(told);
    });
    // Where no background sync does it: at each opening, and when the network is back.
    addEventListener("online", () => outbox.flush());
    await outbox.flush();
  } catch {
    // A browser that keeps nothing has nothing that waits.
  }
}

/** On the badge: what waits, and what needs its writer, which is worse. */
async function count() {
  const many = (await drafts()).filter(({ state }) => state !== WRITING);
  if (!badge) return;
  badge.hidden = !many.length;
  badge.classList.toggle("is-refused", many.some(({ state }) => state === REFUSED));
  badge.firstElementChild.textContent = String(many.length);
}

/** What became of a report, on pages that do not show it by themselves. */
function say({ sent, refused }) {
  const line = document.getElementById("outbox-news");
  if (!line || !(sent || refused) || document.querySelector("#report, #device")) return;
  line.firstElementChild.textContent = sent ? line.dataset.sent.replace("{code}", sent.code) : line.dataset.refused;
  line.hidden = false;
}

// Nothing of this is part of the first view.
addEventListener("load", () => LATER(start));
