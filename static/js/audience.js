// The group of readers that this reader belongs to, chosen once and kept on this device. It reorders lists and hides nothing.
import { isOwn, remember, remembered } from "./store.js";

function choice() {
  try { return JSON.parse(remembered("audience")); } catch { return null; }
}

// What belongs to the chosen group first; everything else keeps its order.
function reorder(list, key) {
  const items = [...list.children];
  const fits = (item) => (item.dataset.audience ?? "").split(" ").includes(key);
  const sorted = [...items.filter(fits), ...items.filter((item) => !fits(item))];
  if (sorted.some((item, at) => item !== items[at])) list.append(...sorted);
}

function apply(root) {
  const chosen = choice();
  for (const note of root.querySelectorAll("[data-audience-note]")) {
    note.hidden = !chosen;
    if (!chosen) continue;
    const name = note.querySelector("[data-audience-name]");
    name.textContent = chosen.title;
    if (isOwn(chosen.href)) name.href = chosen.href;
  }
  if (chosen) for (const list of root.querySelectorAll("[data-cards], [data-doors] ul")) reorder(list, chosen.key);
}

export function enhance(root) {
  for (const note of root.querySelectorAll("[data-audience-note]:not([data-ready])")) {
    note.dataset.ready = "";
    note.querySelector("button").addEventListener("click", () => {
      remember("audience", null);
      location.reload();
    });
  }
  for (const offer of root.querySelectorAll("[data-audience-choice]:not([data-ready])")) {
    offer.dataset.ready = "";
    offer.hidden = choice()?.key === offer.dataset.audienceChoice;
    offer.querySelector("button").addEventListener("click", () => {
      remember("audience", JSON.stringify({ key: offer.dataset.audienceChoice, title: offer.dataset.title, href: location.pathname }));
      offer.hidden = true;
      apply(document);
    });
  }
  apply(root);
}
