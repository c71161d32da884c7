// The alert on a page that was kept for when there is no network: what it says may be over, or not have begun.
const OLD = 60_000; // milliseconds after which a page asks whether its alert still holds
const OVER = 6 * 3_600_000; // and after which one that nobody could ask about is no longer shown
const banner = document.getElementById("alarm");
const made = Date.parse(document.querySelector("meta[name=made]")?.content ?? "");

async function look() {
  if (!banner || !(Date.now() - made > OLD)) return;
  try {
    const answer = await fetch(`/api/v1/alert?lang=${document.documentElement.lang}`, { cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    const { alert } = await answer.json();
    show(alert);
    navigator.serviceWorker?.controller?.postMessage("alert");
  } catch {
    doubt();
  }
}

function show(alert) {
  const text = document.getElementById("alarm-text");
  banner.hidden = !alert;
  text.textContent = alert?.text ?? "";
  text.lang = alert?.lang ?? document.documentElement.lang;
  document.getElementById("alarm-old").textContent = "";
  const first = document.getElementById("emergency");
  if (first) first.hidden = !alert;
}

function doubt() {
  if (banner.hidden) return;
  if (Date.now() - made > OVER) {
    show(null);
    return;
  }
  const note = document.getElementById("alarm-old");
  const time = new Date(made).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
  note.textContent = ` ${note.dataset.told.replace("{time}", time)}`;
}

look();
addEventListener("online", look);
