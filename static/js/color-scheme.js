// The choice between the system's colors, light and dark. js/theme.js applies it on the next page before the first paint.
import { remember, remembered } from "./storage.js";

export function enhance(root) {
  const label = root.querySelector("[data-color-scheme]");
  if (!label) return;
  const select = label.querySelector("select");
  label.hidden = false;
  select.addEventListener("change", () => {
    remember("colours", select.value === "auto" ? null : select.value);
    apply(root, select.value);
  });
  const update = () => {
    const stored = remembered("colours");
    select.value = stored === "light" || stored === "dark" ? stored : "auto";
    apply(root, select.value);
  };
  update();
  // The choice may have changed in another tab, or on a page that the reader comes back from.
  addEventListener("storage", update);
  addEventListener("pageshow", ({ persisted }) => { if (persisted) update(); });
}

function apply(root, choice) {
  const { dataset } = root.documentElement;
  if (choice === "auto") delete dataset.theme; else dataset.theme = choice;
  // The browser's toolbar follows: its color for the other scheme is switched off.
  for (const meta of root.querySelectorAll("meta[name=theme-color]")) {
    const scheme = (meta.dataset.forScheme ??= /dark/.test(meta.media) ? "dark" : "light");
    meta.media = choice === "auto" ? `(prefers-color-scheme: ${scheme})` : choice === scheme ? "all" : "not all";
  }
}
