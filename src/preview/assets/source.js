// From a block to its line in the source and back: opening the editor, finding a line, showing and marking a block.
import { tell } from "./panel.js";

const BLOCKS = "p, li, h1, h2, h3, h4, h5, h6, pre, table, blockquote, figure, dl, details, section, article, div";
export const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

let token = null, source = null;

// Whether the editor may be opened at all depends on who can see the preview.
export function know(hello) { token = hello.token; }
export function knowSource(path) { source = path; }
export const canOpen = () => token !== null && source !== null;

export const block = (element) => element.closest("[data-source-line]") ?? element.closest(BLOCKS) ?? element;

export async function openSource(file = source, line = 1, folder = false) {
  if (!file) return tell("This page is made by Handsel from other pages; it has no source of its own.");
  if (!token) return tell("Others can see this preview, so nothing is opened from it.", `${file}:${line}`);
  try {
    const headers = { "content-type": "application/json", "handsel-token": token };
    const answer = await fetch("/_handsel/open", { method: "POST", headers, body: JSON.stringify({ file, line, folder }) });
    const { message, copy } = await answer.json();
    tell(message, copy);
  } catch {
    tell("The preview does not answer.", `${file}:${line}`);
  }
}

const lineOf = (element) => Number(element?.closest?.("[data-source-line]")?.dataset.sourceLine ?? 1);

// The block that is meant when nothing is pointed at: the one with the selection or the focus, else the first in view.
export function openHere() {
  const selected = getSelection();
  const from = selected && !selected.isCollapsed ? selected.anchorNode?.parentElement : document.activeElement;
  const meant = from?.closest?.("[data-source-line]") ?? [...document.querySelectorAll("main [data-source-line]")].find((element) => element.getBoundingClientRect().bottom > 0);
  openSource(source, lineOf(meant));
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

// Goes to the block of a line, on this page or on another.
export function goto({ address, line }) {
  if (address !== location.pathname) {
    try { sessionStorage.setItem("handsel-goto", JSON.stringify({ address, line })); } catch { /* Then the page opens at its top. */ }
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
} catch { /* Without storage nothing waits. */ }

// Brings a block into view, only if it is out of it.
export function show(element) {
  const { top, bottom, height } = element.getBoundingClientRect();
  const isInView = bottom > 0 && top < innerHeight && (height > innerHeight || (top >= 0 && bottom <= innerHeight) || visible(top, bottom) > Math.min(height, 80));
  if (!isInView) element.scrollIntoView({ block: "center", behavior: isCalm() ? "instant" : "smooth" });
}

const visible = (top, bottom) => Math.min(bottom, innerHeight) - Math.max(top, 0);

// A tint that fades. It is an animation and no class, so it leaves nothing behind.
export function mark(element) {
  if (isCalm()) return;
  const tint = (strength) => `rgb(240 140 60 / ${strength})`;
  element.animate(
    [{ backgroundColor: tint(0.28), boxShadow: `0 0 0 .35rem ${tint(0.28)}` }, { backgroundColor: tint(0), boxShadow: `0 0 0 .35rem ${tint(0)}` }],
    { duration: 1400, easing: "ease-out" },
  );
}
