// Shows the short explanation of a glossary term. The page already contains it.
import { addTooltip } from "./tooltip.js";

export function enhance(root) {
  for (const link of root.querySelectorAll("[data-term]")) addTooltip(link, () => document.getElementById(link.getAttribute("aria-describedby")));
}
