// A nudge from the server when something happens to a report: only on a press, never asked for by itself.
import { get, put } from "./app/store.js";
import { byId, make, say } from "./page.js";

/** Puts a button into an element where this browser can be told of a report's steps. */
export function offer(element, code) {
  if (!element || !("PushManager" in globalThis) || !navigator.serviceWorker || Notification.permission === "denied") return;
  const button = make("button", "button button-quiet", say("notify"));
  const said = make("p", "hint");
  button.type = "button";
  said.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await subscribe(code);
      button.hidden = true;
      said.textContent = say("notified");
    } catch {
      button.disabled = false;
      said.textContent = say(Notification.permission === "denied" ? "notifyDenied" : "notifyFailed");
    }
  });
  element.replaceChildren(button, said);
  element.hidden = false;
}

async function subscribe(code) {
  if ((await Notification.requestPermission()) !== "granted") throw new Error("denied");
  const worker = await navigator.serviceWorker.ready;
  const { key } = await (await fetch("/api/v1/push")).json();
  const bytes = Uint8Array.from(atob(key.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes });
  const { endpoint, keys } = made.toJSON();
  const path = `/api/v1/reports/${encodeURIComponent(code)}`;
  const answer = await fetch(`${path}/push`, {
    method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ endpoint, p256dh: keys.p256dh, auth: keys.auth }),
  });
  if (!answer.ok) throw new Error(String(answer.status));
  await follow(path, code);
}

/** The phone asks for this one's news itself when it is nudged, so it must know how things are now. */
async function follow(path, code) {
  const answer = await fetch(path);
  const { properties = {} } = answer.ok ? await answer.json() : {};
  const known = (await get("reports", code)) ?? { code, at: Date.now(), mine: false, content: properties.content ?? "" };
  await put("reports", { ...known, category: properties.category, state: properties.state ?? known.state, nudged: true });
}

export const here = () => offer(byId("follow-push"), byId("follow-push")?.dataset.code);
