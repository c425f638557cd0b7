// Shows a footnote's text next to its number.
import { addTooltip } from "./tooltip.js";

let box;

export function enhance(root) {
  for (const link of root.querySelectorAll("[data-footnote]")) addTooltip(link, note);
}

function note(link) {
  const notes = document.querySelector("[data-footnotes]");
  const note = notes?.querySelector(`#${CSS.escape(decodeURIComponent(link.hash.slice(1)))}`);
  if (!note) return null;
  const copy = note.cloneNode(true);
  for (const back of copy.querySelectorAll("[data-return]")) back.remove();
  for (const named of copy.querySelectorAll("[id]")) named.removeAttribute("id");
  box ??= makeBox();
  box.replaceChildren(...copy.childNodes);
  return box;
}

function makeBox() {
  const box = document.createElement("div");
  box.id = "Footnote";
  box.className = "tooltip";
  box.popover = "manual";
  box.setAttribute("role", "tooltip");
  document.body.append(box);
  return box;
}
