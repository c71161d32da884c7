"use strict";
// Buttons that settle an uncertain place: here, or at another unit that it may belong to.
quangnam.wall.part(() => {
  const { config, make, say, wall } = quangnam;

  function told(text) {
    const line = wall.element("told");
    line.textContent = text;
    line.hidden = !text;
    clearTimeout(told.timer);
    told.timer = setTimeout(() => { line.hidden = true; }, 12_000);
  }

  async function settle(row, choice, buttons) {
    for (const button of buttons) button.disabled = true;
    const body = choice.action === "confirm" ? { version: row.version } : { version: row.version, unit: choice.unit };
    try {
      const response = await fetch(`${config.api}/reports/${encodeURIComponent(row.code)}/actions/${choice.action}`, {
        method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json" }, body: JSON.stringify(body),
      });
      if (response.ok) {
        told(say(choice.action === "confirm" ? "settled" : "rerouted", { code: row.code, unit: choice.name }));
        wall.tell("settled", row.code);
      } else {
        const problem = await response.json().catch(() => ({}));
        told(say("refused", { code: row.code, detail: problem.detail || "" }));
      }
      wall.tell("now");
    } catch {
      told(say("no_network"));
    }
    for (const button of buttons) button.disabled = false;
  }

  wall.candidates = (row) => {
    const box = make("div", "candidates");
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", say("settle"));
    const buttons = row.candidates.map((choice) => {
      const button = make("button", choice.action === "confirm" ? "button" : "button quiet");
      button.type = "button";
      button.dataset.focus = `${choice.action} ${choice.unit}`;
      button.append(make("span", "", say(choice.action, { unit: choice.name })));
      return button;
    });
    buttons.forEach((button, index) => button.addEventListener("click", () => settle(row, row.candidates[index], buttons)));
    box.append(...buttons);
    return box;
  };
});
