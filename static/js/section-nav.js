// The section's tree of pages: parts of it collapse, which this device remembers. The tab remembers how far it is scrolled.
import { remember, remembered } from "./storage.js";

export function enhance(root) {
  const tree = root.querySelector("#SectionNav");
  if (!tree) return;
  const items = [...tree.querySelectorAll("li")];
  for (const item of items) {
    const inside = below(item);
    if (inside.length && !item.querySelector(".fold-button")) item.append(button(item.querySelector("a"), inside));
  }
  restoreScroll(tree);
}

// The items below one in the tree: those that follow it and are deeper.
function below(item) {
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
    // The current page stays visible.
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

function restoreScroll(tree) {
  const key = `branch ${tree.querySelector("a").getAttribute("href")}`;
  const current = tree.querySelector("[aria-current]");
  let stored = null;
  try { stored = sessionStorage.getItem(key); } catch { /* The tree then starts at the current page. */ }
  if (stored !== null) tree.scrollTop = Number(stored);
  const isVisible = current && current.offsetTop >= tree.scrollTop && current.offsetTop + current.offsetHeight <= tree.scrollTop + tree.clientHeight;
  if (current && !isVisible) tree.scrollTop = current.offsetTop - tree.clientHeight / 2;
  addEventListener("pagehide", () => { try { sessionStorage.setItem(key, tree.scrollTop); } catch { /* As above. */ } });
}
