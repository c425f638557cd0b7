// Connects blocks with their source lines: opens the editor, finds a line, shows and marks a block.
import { showMessage } from "./panel.js";

const BLOCKS = "p, li, h1, h2, h3, h4, h5, h6, pre, table, blockquote, figure, dl, details, section, article, div";
export const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

let token = null, source = null;

// Others may see the preview, so opening the editor needs a token.
export function know(hello) { token = hello.token; }
export function knowSource(path) { source = path; }
export const canOpen = () => token !== null && source !== null;

export const block = (element) => element.closest("[data-source-line]") ?? element.closest(BLOCKS) ?? element;

export async function openSource(file = source, line = 1, folder = false) {
  if (!file) return showMessage("Handsel generates this page from other pages, so it has no source file.");
  if (!token) return showMessage("Other devices can see this preview, so it does not open files.", `${file}:${line}`);
  try {
    const headers = { "content-type": "application/json", "handsel-token": token };
    const answer = await fetch("/_handsel/open", { method: "POST", headers, body: JSON.stringify({ file, line, folder }) });
    const { message, copy } = await answer.json();
    showMessage(message, copy);
  } catch {
    showMessage("The preview does not respond.", `${file}:${line}`);
  }
}

const lineOf = (element) => Number(element?.closest?.("[data-source-line]")?.dataset.sourceLine ?? 1);

// Opens the block with the selection or the focus, or the first block in view.
export function openHere() {
  const selected = getSelection();
  const from = selected && !selected.isCollapsed ? selected.anchorNode?.parentElement : document.activeElement;
  const block = from?.closest?.("[data-source-line]") ?? [...document.querySelectorAll("main [data-source-line]")].find((element) => element.getBoundingClientRect().bottom > 0);
  openSource(source, lineOf(block));
}

addEventListener("click", (event) => {
  if (!event.altKey || event.button !== 0 || !(event.target instanceof Element) || event.target.closest("handsel-preview")) return;
  event.preventDefault();
  event.stopPropagation();
  openSource(source, lineOf(event.target));
}, { capture: true });

addEventListener("keydown", (event) => {
  if (event.altKey && event.shiftKey && event.code === "KeyE") { event.preventDefault(); openHere(); }
});

// Goes to the block of a source line, on this page or another one.
export function goto({ address, line }) {
  if (address !== location.pathname) {
    try { sessionStorage.setItem("handsel-goto", JSON.stringify({ address, line })); } catch { /* The page then opens at its top. */ }
    return location.assign(address);
  }
  const blocks = [...document.querySelectorAll("[data-source-line]")];
  const found = blocks.findLast((element) => Number(element.dataset.sourceLine) <= line) ?? document.querySelector("main");
  if (!found) return;
  found.scrollIntoView({ block: "center", behavior: isCalm() ? "instant" : "smooth" });
  mark(found);
}

try {
  const waiting = JSON.parse(sessionStorage.getItem("handsel-goto"));
  sessionStorage.removeItem("handsel-goto");
  if (waiting?.address === location.pathname) requestAnimationFrame(() => goto(waiting));
} catch { /* Without storage, the page opens at its top. */ }

// Scrolls a block into view if it is not visible.
export function show(element) {
  const { top, bottom, height } = element.getBoundingClientRect();
  const isInView = bottom > 0 && top < innerHeight && (height > innerHeight || (top >= 0 && bottom <= innerHeight) || visible(top, bottom) > Math.min(height, 80));
  if (!isInView) element.scrollIntoView({ block: "center", behavior: isCalm() ? "instant" : "smooth" });
}

const visible = (top, bottom) => Math.min(bottom, innerHeight) - Math.max(top, 0);

// Tints a block for a moment. An animation leaves nothing behind on the page.
export function mark(element) {
  if (isCalm()) return;
  const tint = (strength) => `rgb(240 140 60 / ${strength})`;
  element.animate(
    [{ backgroundColor: tint(0.28), boxShadow: `0 0 0 .35rem ${tint(0.28)}` }, { backgroundColor: tint(0), boxShadow: `0 0 0 .35rem ${tint(0)}` }],
    { duration: 1400, easing: "ease-out" },
  );
}
