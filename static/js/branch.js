// The section's tree: parts of it fold, and it stays as it was left: what is folded on this device, how far it is scrolled in
// this tab.
import { remember, remembered } from "./store.js";

export function enhance(root) {
  const tree = root.querySelector("#Branch");
  if (!tree) return;
  const items = [...tree.querySelectorAll("li")];
  for (const item of items) {
    const inside = within(item);
    if (inside.length && !item.querySelector(".fold-button")) item.append(button(item.querySelector("a"), inside));
  }
  keepScroll(tree);
}

// The items below one: those that follow it and lie deeper.
function within(item) {
  const inside = [];
  for (let next = item.nextElementSibling; next && next.dataset.depth > item.dataset.depth; next = next.nextElementSibling) inside.push(next);
  return inside;
}

function folded() {
  try { return new Set(JSON.parse(remembered("folded") ?? "[]")); } catch { return new Set(); }
}

function button(link, inside) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "fold-button";
  button.setAttribute("aria-label", document.body.dataset.fold.replace("{title}", link.textContent));
  const show = (isOpen) => {
    button.setAttribute("aria-expanded", String(isOpen));
    // Where one is stays in view.
    for (const item of inside) item.hidden = !isOpen && !item.querySelector("[aria-current]");
  };
  const address = link.getAttribute("href");
  show(!folded().has(address));
  button.addEventListener("click", () => {
    const isOpen = button.getAttribute("aria-expanded") === "false";
    const all = folded();
    if (isOpen) all.delete(address); else all.add(address);
    remember("folded", all.size ? JSON.stringify([...all]) : null);
    show(isOpen);
  });
  return button;
}

function keepScroll(tree) {
  const key = `branch ${tree.querySelector("a").getAttribute("href")}`;
  const current = tree.querySelector("[aria-current]");
  let kept = null;
  try { kept = sessionStorage.getItem(key); } catch { /* Then it begins at the current page. */ }
  if (kept !== null) tree.scrollTop = Number(kept);
  const isSeen = current && current.offsetTop >= tree.scrollTop && current.offsetTop + current.offsetHeight <= tree.scrollTop + tree.clientHeight;
  if (current && !isSeen) tree.scrollTop = current.offsetTop - tree.clientHeight / 2;
  addEventListener("pagehide", () => { try { sessionStorage.setItem(key, tree.scrollTop); } catch { /* As above. */ } });
}
