// My reports on this phone: what waits, what is half written, what was sent or is followed.
import { discard, drafts, files, REFUSED, reopen, WAITING, WRITING } from "./app/drafts.js";
import { alone, flush, watch } from "./app/outbox.js";
import { all, keep, put, remove } from "./app/store.js";
import { ago, badge, byId, categoryName, make, percent, say } from "./page.js";
import { offer } from "./push.js";
import { smsLink } from "./texting.js";

const LABELS = { [WAITING]: "waiting", [WRITING]: "writing", [REFUSED]: "refused" };
const COLOURS = { [WAITING]: "received", [WRITING]: "none", [REFUSED]: "rejected" };
const ASKED = 30; // reports whose state is asked for
const section = byId("device");
const news = byId("device-news");

async function show() {
  const waiting = await drafts();
  const sent = (await all("reports")).sort((one, other) => other.at - one.at);
  byId("device-drafts").replaceChildren(...(await Promise.all(waiting.map(draftRow))));
  byId("device-reports").replaceChildren(...sent.map(reportRow));
  byId("device-none").hidden = waiting.length + sent.length > 0;
  byId("device-forget").hidden = waiting.length + sent.length === 0;
  section.hidden = false;
  return sent;
}

async function draftRow(one) {
  const count = (await files(one.id)).length;
  const state = make("span", `state state-${COLOURS[one.state]}`, say(LABELS[one.state]));
  state.dataset.draft = one.id;
  const name = one.values.category ? categoryName(one.values.category) : say("noCategory");
  const line = make("p", "", state, make("span", "muted", ` ${say("saved", { ago: ago(new Date(one.made).toISOString()) })}`,
    count ? ` · ${say("photos", { count })}` : ""));
  const why = one.state === REFUSED ? make("p", "fault", one.refusal?.told?.detail ?? "") : null;
  const text = make("div", "kept-text", make("strong", "", name), line, make("p", "kept-content", one.values.content ?? ""), why);
  const actions = make("div", "kept-actions", ...(one.state === WAITING ? await waitingActions(one) : [resume(one)]), deletion(one));
  return make("li", "kept-row", one.values.category ? badge(one.values.category) : null, text, actions);
}

function button(text, press) {
  const made = make("button", "button button-quiet", text);
  made.type = "button";
  made.addEventListener("click", () => press(made));
  return made;
}

async function waitingActions(one) {
  const send = button(say("sendNow"), async (pressed) => {
    pressed.disabled = true;
    news.textContent = say("sending");
    await flush({ only: one.id });
    await show();
  });
  send.classList.remove("button-quiet");
  const address = await smsLink(one).catch(() => null);
  const text = address ? make("a", "button button-quiet", say("text")) : null;
  if (text) text.href = address;
  // What may have reached the server must be sent again as it was, or it would be there twice.
  const edit = one.posted ? null : button(say("edit"), async () => {
    // Not while it is being sent, and not when it has been meanwhile.
    if (await alone(() => reopen(one.id))) location.href = `/reports/new?draft=${one.id}`;
    else await show();
  });
  return [send, text, edit].filter(Boolean);
}

function resume(one) {
  const made = make("a", "button", say(one.state === REFUSED ? "edit" : "resume"));
  made.href = `/reports/new?draft=${one.id}`;
  return made;
}

/** The first press asks, the second does. */
function deletion(one) {
  let sure = false;
  return button(say("delete"), async (pressed) => {
    if (!sure) {
      sure = true;
      pressed.textContent = say("deleteSurely");
      if (one.posted) news.textContent = say("mayHaveArrived");
      return;
    }
    await alone(() => discard(one.id));
    await show();
    news.focus();
  });
}

function reportRow(one) {
  const state = make("span", `state state-${one.state}`, say(`state_${one.state}`));
  state.dataset.code = one.code;
  const link = make("a", "", one.category ? categoryName(one.category) : one.code);
  link.href = `/reports/${encodeURIComponent(one.code)}`;
  const content = make("p", "kept-content", one.content);
  content.lang = "vi";
  const line = make("p", "", state, make("span", "muted", ` ${one.mine ? say("sentAt", { ago: ago(new Date(one.at).toISOString()) }) : say("followed")}`));
  const unit = one.unit ? make("p", "muted", say("unit", { unit: one.unit })) : null;
  const text = make("div", "kept-text", make("p", "", link, " ", make("span", "code", one.code)), line, unit, content);
  const push = make("div");
  push.hidden = true;
  if (!one.nudged) offer(push, one.code);
  const copy = one.link ? button(say("copyLink"), async () => {
    await navigator.clipboard.writeText(one.link);
    news.textContent = say("copied");
  }) : null;
  const forget = button(say("forget"), async () => {
    await remove("reports", one.code);
    await fetch(`/my/forget?code=${encodeURIComponent(one.code)}`, { method: "POST" }).catch(() => {});
    await show();
  });
  return make("li", "kept-row", one.category ? badge(one.category) : null, text, make("div", "kept-actions", push, copy, forget));
}

/** The states as they are now; what the network does not tell stays as it was. */
async function refresh(sent) {
  for (const one of sent.slice(0, ASKED)) {
    const answer = await fetch(`/api/v1/reports/${encodeURIComponent(one.code)}`).catch(() => null);
    if (!answer) return;
    // A report that its sender has taken back is no longer told to anybody.
    const state = answer.ok ? (await answer.json()).properties.state : answer.status === 404 && one.mine ? "withdrawn" : one.state;
    if (state === one.state) continue;
    await put("reports", { ...one, state });
    const shown = document.querySelector(`[data-code="${CSS.escape(one.code)}"]`);
    shown.className = `state state-${state}`;
    shown.textContent = say(`state_${state}`);
  }
}

byId("device-forget").addEventListener("click", async ({ currentTarget }) => {
  if (currentTarget.dataset.sure === undefined) {
    currentTarget.dataset.sure = "";
    currentTarget.textContent = say("deleteSurely");
    if ((await drafts()).some(({ posted }) => posted)) news.textContent = say("mayHaveArrived");
    return;
  }
  await alone(forget);
  await show();
});

async function forget() {
  for (const { id } of await drafts()) await discard(id);
  for (const { code } of await all("reports")) await remove("reports", code);
  await keep("sender", {});
  for (const name of ["quangnam-seen", "quangnam-pictures"]) await caches.delete(name);
  const worker = await navigator.serviceWorker?.getRegistration();
  await (await worker?.pushManager?.getSubscription())?.unsubscribe();
  // What lets this browser into its reports' pages is out of reach for scripts.
  const answer = await fetch("/my/forget", { method: "POST" }).catch(() => null);
  news.textContent = say(answer?.ok ? "forgotten" : "forgottenHere");
}

watch(({ id, share, away, ...ended }) => {
  const state = document.querySelector(`[data-draft="${CSS.escape(id)}"]`);
  if (share !== undefined) {
    if (state) state.textContent = say("sendingPart", { percent: percent(share) });
  } else if (away !== undefined) {
    news.textContent = say("stillAway");
    show();
  } else if (ended.sent || ended.refused) {
    news.textContent = "";
    show();
  }
});

show().then(refresh, () => {}); // a browser that keeps nothing has nothing to show
