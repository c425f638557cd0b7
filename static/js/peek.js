// A note beside a word while the pointer or the focus is there: a footnote's text, what a word of the glossary means. Escape takes
// it away, and the pointer may go into it (WCAG 2.2, 1.4.13). A tap follows the link.
const known = new WeakSet(), heard = new WeakSet();
let shown = null, isOurs = false, waiting;

// `find` gives the note of a link, a popover, or nothing.
export function peek(link, find) {
  if (known.has(link) || !link.showPopover) return;
  known.add(link);
  link.dataset.ready = "";
  link.addEventListener("pointerenter", ({ pointerType }) => { if (pointerType !== "touch") soon(() => show(link, find), 120); });
  link.addEventListener("focus", () => { if (link.matches(":focus-visible")) show(link, find); });
  link.addEventListener("pointerleave", () => soon(hide, 250));
  link.addEventListener("blur", hide);
}

addEventListener("scroll", follow, { passive: true });
addEventListener("keydown", ({ key }) => { if (key === "Escape") hide(); });

// Whoever comes by keyboard scrolls by it, and the note goes along; one that the pointer called is left behind.
function follow() {
  if (shown && document.activeElement === shown.link && shown.link.matches(":focus-visible")) place(shown.box, rectOf(shown.link));
  else hide();
}

const rectOf = (link) => link.getClientRects()[0] ?? link.getBoundingClientRect();

function soon(what, ms) {
  clearTimeout(waiting);
  waiting = setTimeout(what, ms);
}

function show(link, find) {
  clearTimeout(waiting);
  if (shown?.link === link) return;
  hide();
  const box = find(link);
  if (!box) return;
  listen(box);
  box.showPopover();
  place(box, rectOf(link));
  isOurs = !link.hasAttribute("aria-describedby");
  if (isOurs) link.setAttribute("aria-describedby", box.id);
  shown = { link, box };
}

function hide() {
  clearTimeout(waiting);
  if (!shown) return;
  if (isOurs) shown.link.removeAttribute("aria-describedby");
  if (shown.box.matches(":popover-open")) shown.box.hidePopover();
  shown = null;
}

function listen(box) {
  if (heard.has(box)) return;
  heard.add(box);
  box.addEventListener("pointerenter", () => clearTimeout(waiting));
  box.addEventListener("pointerleave", () => soon(hide, 250));
}

// Under the word, or above it where there is no room; never past the window's edge.
function place(box, { left, top, bottom }) {
  const { width, height } = box.getBoundingClientRect();
  const edge = 8;
  box.style.left = `${Math.max(edge, Math.min(left - 16, document.documentElement.clientWidth - width - edge))}px`;
  box.style.top = `${bottom + height + edge <= innerHeight ? bottom + edge / 2 : Math.max(edge, top - height - edge / 2)}px`;
}
