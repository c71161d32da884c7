// Before the first paint: what needs scripts has its room at once, so that nothing moves when they come. Where one of
// them can't be had, the page is again the one without scripts.
{
  const root = document.documentElement;
  root.classList.add("scripted");
  addEventListener("error", ({ target }) => { if (target.tagName === "SCRIPT") root.classList.remove("scripted"); }, true);
}
