// On every page of the app: the service worker, the reader's language for it, and what still waits to be sent.
import { drafts, REFUSED, WRITING } from "./drafts.js";
import { all, keep, put } from "./store.js";

const LATER = globalThis.requestIdleCallback ?? ((call) => setTimeout(call, 500));
const badge = document.getElementById("waiting");
const line = document.getElementById("outbox-news");

async function start() {
  const worker = "serviceWorker" in navigator
    ? await navigator.serviceWorker.register("/sw.js", { type: "module", updateViaCache: "none" }).catch(() => null)
    : null;
  worker?.active?.postMessage("fresh");
  try {
    await keep("lang", document.documentElement.lang);
    const outbox = await import("./outbox.js");
    await look();
    outbox.watch(({ share }) => { if (share === undefined) look(); });
    // Where no background sync does it: at each opening, and when the network is back.
    addEventListener("online", () => outbox.flush());
    await outbox.flush();
  } catch {
    // A browser that keeps nothing has nothing that waits.
  }
}

/** Shows what waits, what needs its writer, and what has been sent since anybody looked, also by the worker. */
async function look() {
  const kept = (await drafts()).filter(({ state }) => state !== WRITING);
  const refused = kept.some(({ state }) => state === REFUSED);
  if (badge) {
    badge.hidden = !kept.length;
    badge.classList.toggle("is-refused", refused);
    badge.firstElementChild.textContent = String(kept.length);
  }
  const fresh = (await all("reports")).filter(({ told }) => told === false);
  for (const one of fresh) await put("reports", { ...one, told: true });
  // The form and the list of one's own reports show it by themselves.
  if (line && !document.querySelector("#report, #device")) say(fresh.at(-1), refused);
}

function say(sent, refused) {
  if (!sent && !refused) return;
  line.firstElementChild.textContent = refused ? line.dataset.refused : line.dataset.sent.replace("{code}", sent.code);
  line.hidden = false;
}

// Nothing of this is part of the first view.
addEventListener("load", () => LATER(start));
