// A push carries no content (nobody on the way learns anything), so the phone asks what is new of what it follows.
import { all, kept, put } from "./store.js";

/** Shows a notification of each report whose state is no longer the one that this phone last saw. */
export async function news({ texts, languages, icon, badge }) {
  const say = texts[(await kept("lang")) ?? languages[0]];
  const changed = [];
  for (const one of await all("reports")) {
    const state = await current(one.code);
    if (!state || state === one.state) continue;
    changed.push({ ...one, state });
    await put("reports", { ...one, state });
  }
  const notify = (title, options) => registration.showNotification(title, { icon, badge, ...options });
  if (!changed.length) return notify(say.news, { body: say.look, tag: "news", data: { address: "/my" } });
  return Promise.all(changed.map(({ code, state, content }) => notify(say[`state_${state}`] ?? state, {
    body: content ? `${code} · ${content}` : code, tag: code, data: { address: `/reports/${encodeURIComponent(code)}` },
  })));
}

async function current(code) {
  try {
    const answer = await fetch(`/api/v1/reports/${encodeURIComponent(code)}`, { cache: "no-store" });
    return answer.ok ? (await answer.json()).properties.state : null;
  } catch {
    return null;
  }
}
