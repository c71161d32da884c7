// Buttons that copy a field or hand it to the phone's own "share".
import { byId, say } from "./page.js";

async function copy(field) {
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    // Without HTTPS there is no clipboard API; a selection can still be copied.
    field.select();
    document.execCommand("copy");
  }
}

/** Brings the copy buttons inside an element to life; a script must be there for them to be shown. */
export function copying(root = document) {
  for (const button of root.querySelectorAll("[data-copy]")) {
    const label = button.querySelector("span");
    const before = label.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const field = byId(button.dataset.copy);
      if ("share" in button.dataset && navigator.share) {
        await navigator.share({ title: document.title, url: field.value }).catch(() => {});
        return;
      }
      await copy(field);
      label.textContent = say("copied");
      setTimeout(() => { label.textContent = before; }, 2500);
    });
  }
}
