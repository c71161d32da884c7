// Near a border: which of the candidates it is, said by whoever stands there.
import { byId, make, percent, say } from "./page.js";

const panel = byId("routed-choice");
const list = byId("routed-candidates");
const { area } = byId("report").elements;
let listed = "";
let picked = () => {};

export const chosen = () => area.value;

/** A new place: what was chosen before is no answer to it. */
export function forgetChoice() {
  area.value = "";
  offer([]);
}

export const choosingBy = (call) => { picked = call; };

/** Shows the candidates; the one of the code `routed` is on unless another was chosen. */
export function offer(candidates, routed = "") {
  panel.hidden = candidates.length < 2;
  const codes = candidates.map((one) => one.area.code).sort().join();
  // Drawn anew under somebody's finger, a list would lose their focus.
  if (codes !== listed) list.replaceChildren(...candidates.map(option));
  listed = codes;
  const wanted = candidates.some((one) => one.area.code === area.value) ? area.value : routed;
  for (const one of list.querySelectorAll("input")) one.checked = one.value === wanted;
}

function option({ area: { code }, unit, share }) {
  const button = make("input");
  button.type = "radio";
  button.name = "candidate";
  button.value = code;
  // Only what a person has chosen is sent: without it the server's own choice stands, to be confirmed.
  button.addEventListener("change", () => { area.value = code; picked(); });
  return make("li", "", make("label", "candidate", button, make("span", "", unit.name), make("span", "muted", say("share", { share: percent(share) }))));
}
