// The choice between the device's colours, light and dark. js/theme.js applies it on the next page before it is painted.
import { remember, remembered } from "./store.js";

export function colours(root) {
  const label = root.querySelector("[data-scheme]");
  if (!label) return;
  const select = label.querySelector("select");
  const stored = remembered("colours");
  select.value = stored === "light" || stored === "dark" ? stored : "auto";
  label.hidden = false;
  select.addEventListener("change", () => {
    const choice = select.value === "auto" ? null : select.value;
    remember("colours", choice);
    if (choice) document.documentElement.dataset.theme = choice;
    else delete document.documentElement.dataset.theme;
  });
}
