// On every page of the app: the service worker, the reader's language for it, and what still waits to be sent.
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
    await count(outbox);
    outbox.watch(({ share }) => { if (share === undefined) count(outbox); });
    // Where no background sync does it: at each opening, and when the network is back.
    addEventListener("online", () => outbox.flush());
    await outbox.flush();
  } catch {
    // A browser that keeps nothing has nothing that waits.
  }
}

async function count({ waiting }) {
  const many = await waiting();
  if (!badge) return;
  badge.hidden = !many;
  badge.firstElementChild.textContent = String(many);
}

// Nothing of this is part of the first view.
addEventListener("load", () => LATER(start));
