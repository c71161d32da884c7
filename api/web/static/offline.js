// In the place of a page that the phone does not have: what it last saw of the report that was asked for.
import { ago, badge, byId, categoryName, make, say } from "./page.js";
import { seen } from "./seen.js";

const [, code] = /^\/reports\/([^/]+)$/.exec(location.pathname) ?? [];
const kept = code ? await seen().catch(() => null) : null;
const found = kept?.features?.find(({ id }) => id === decodeURIComponent(code));
if (found) show(found);

function show({ id, properties }) {
  const state = make("span", `state state-${properties.state}`, say(`state_${properties.state}`));
  const content = make("p", "", properties.content ?? "");
  content.lang = "vi";
  byId("seen").replaceChildren(
    badge(properties.category),
    make("div", "kept-text",
      make("p", "", make("strong", "", categoryName(properties.category)), " ", make("span", "code", id)),
      make("p", "", state, " ", make("span", "muted", ago(properties.created_at))),
      make("p", "muted", say("goesTo", { unit: properties.unit_name })), content),
  );
  byId("seen").hidden = false;
}
