// The list of reports: cards made from the page's own template, and the button for more of them.
import { ago, badge, byId, categoryName, make, moment, say } from "./page.js";
import { watch } from "./pictures.js";

const PAGE = 20;
const list = byId("cards");
const more = byId("more");
const empty = byId("empty");
let waiting = []; // of what is here already
let further = more.dataset.next; // the address of what the server has
let away = () => ""; // what is said of a report's distance

/** A report as a card; what it lacks is taken out. */
function card({ id, geometry, properties }) {
  const made = byId("card").content.firstElementChild.cloneNode(true);
  const part = (name) => made.querySelector(name);
  const fill = (name, text) => (text ? part(name).replaceChildren(text) : part(name).remove());
  made.href = `/reports/${encodeURIComponent(id)}`;
  const [photo] = properties.photos;
  part("noscript").remove();
  if (photo) part("img").dataset.src = photo.replace(/\.jpg$/, "-small.jpg");
  else part("img").remove();
  part(".badge").replaceWith(badge(properties.category));
  fill(".card-title", categoryName(properties.category));
  fill(".card-area", properties.area_name);
  fill(".card-content", properties.content);
  if (properties.recurrence > 1) part(".card-again span").textContent = say("again", { count: properties.recurrence });
  else part(".card-again").remove();
  const state = make("span", `state state-${properties.state}`, say(`state_${properties.state}`) || properties.state);
  part(".state").replaceWith(state);
  const time = part("time");
  time.dateTime = properties.created_at;
  time.title = moment(properties.created_at);
  time.textContent = ago(properties.created_at);
  if (!properties.demo) part(".demo-mark").remove();
  const far = away(geometry.coordinates);
  if (far) part(".card-foot").prepend(make("strong", "card-away", far));
  return make("li", "", made);
}

/** Shows some reports in their order; `next` is the address of those behind them, `distance` says how far a place is. */
export function show(features, { next = "", distance = () => "" } = {}) {
  away = distance;
  waiting = features.slice(PAGE);
  further = next;
  list.replaceChildren(...features.slice(0, PAGE).map(card));
  watch(list);
  list.closest(".newest").scrollTop = 0;
  empty.hidden = features.length > 0;
  offer();
}

function offer() {
  more.hidden = !waiting.length && !further;
}

/** The address of what comes behind a collection of the API. */
export const nextOf = (collection) => collection.links.find(({ rel }) => rel === "next")?.href ?? "";

/** Lets the button bring more without leaving the page; `failed` is told where the network does not give any. */
export function paging(failed) {
  watch(list);
  more.addEventListener("click", async (event) => {
    event.preventDefault();
    if (!waiting.length) {
      const asked = further;
      try {
        const answer = await fetch(asked);
        if (!answer.ok) throw new Error(String(answer.status));
        const collection = await answer.json();
        if (asked !== further) return; // the list has become another one
        waiting = collection.features;
        further = nextOf(collection);
      } catch {
        failed();
        return;
      }
    }
    const fresh = waiting.splice(0, PAGE).map(card);
    list.append(...fresh);
    watch(list);
    fresh[0]?.querySelector("a").focus({ preventScroll: true });
    offer();
  });
}
