// The reader's audience, chosen once and stored on this device. It reorders lists and hides nothing.
import { isOwn, remember, remembered } from "./storage.js";

function choice() {
  try { return JSON.parse(remembered("audience")); } catch { return null; }
}

// Moves pages for the chosen audience to the top. All others keep their order.
function reorder(list, key) {
  const items = [...list.children];
  const matches = (item) => (item.dataset.audience ?? "").split(" ").includes(key);
  const sorted = [...items.filter(matches), ...items.filter((item) => !matches(item))];
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
  if (chosen) for (const list of root.querySelectorAll("[data-cards], [data-audience-cards] ul")) reorder(list, chosen.key);
}

export function enhance(root) {
  for (const note of root.querySelectorAll("[data-audience-note]:not([data-ready])")) {
    note.dataset.ready = "";
    note.querySelector("button").addEventListener("click", () => {
      remember("audience", null);
      location.reload();
    });
  }
  for (const choiceBox of root.querySelectorAll("[data-audience-choice]:not([data-ready])")) {
    choiceBox.dataset.ready = "";
    choiceBox.hidden = choice()?.key === choiceBox.dataset.audienceChoice;
    choiceBox.querySelector("button").addEventListener("click", () => {
      remember("audience", JSON.stringify({ key: choiceBox.dataset.audienceChoice, title: choiceBox.dataset.title, href: location.pathname }));
      choiceBox.hidden = true;
      apply(document);
    });
  }
  apply(root);
}
