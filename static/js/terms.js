// The short explanation of a word of the glossary, which stands in the page already.
import { peek } from "./peek.js";

export function enhance(root) {
  for (const link of root.querySelectorAll("[data-term]")) peek(link, () => document.getElementById(link.getAttribute("aria-describedby")));
}
