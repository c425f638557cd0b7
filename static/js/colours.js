// The choice between the device's colours, light and dark. js/theme.js applies it on the next page before it is painted.
import { remember, remembered } from "./store.js";

export function enhance(root) {
  const label = root.querySelector("[data-scheme]");
  if (!label) return;
  const select = label.querySelector("select");
  label.hidden = false;
  select.addEventListener("change", () => {
    remember("colours", select.value === "auto" ? null : select.value);
    apply(root, select.value);
  });
  const again = () => {
    const stored = remembered("colours");
    select.value = stored === "light" || stored === "dark" ? stored : "auto";
    apply(root, select.value);
  };
  again();
  // Chosen in another tab, or on a page that this one comes back from.
  addEventListener("storage", again);
  addEventListener("pageshow", ({ persisted }) => { if (persisted) again(); });
}

function apply(root, choice) {
  const { dataset } = root.documentElement;
  if (choice === "auto") delete dataset.theme; else dataset.theme = choice;
  // The browser's own frame follows: of its two colours, the one of the other scheme is taken out of force.
  for (const meta of root.querySelectorAll("meta[name=theme-color]")) {
    const scheme = (meta.dataset.of ??= /dark/.test(meta.media) ? "dark" : "light");
    meta.media = choice === "auto" ? `(prefers-color-scheme: ${scheme})` : choice === scheme ? "all" : "not all";
  }
}
