// Shows a note next to a word on hover or keyboard focus: a footnote's text or a glossary entry. Escape closes it, and the pointer
// can move into it (WCAG 2.2, 1.4.13). A tap follows the link.
const links = new WeakSet(), boxes = new WeakSet();
let shown = null, isDescribed = false, timer;

// `find` returns the popover for a link, or null.
export function addTooltip(link, find) {
  if (links.has(link) || !link.showPopover) return;
  links.add(link);
  link.dataset.ready = "";
  link.addEventListener("pointerenter", ({ pointerType }) => { if (pointerType !== "touch") later(() => show(link, find), 120); });
  link.addEventListener("focus", () => { if (link.matches(":focus-visible")) show(link, find); });
  link.addEventListener("pointerleave", () => later(hide, 250));
  link.addEventListener("blur", hide);
}

addEventListener("scroll", follow, { passive: true });
addEventListener("keydown", ({ key }) => { if (key === "Escape") hide(); });

// A tooltip opened by keyboard stays with its link while the page scrolls. One opened by the pointer closes.
function follow() {
  if (shown && document.activeElement === shown.link && shown.link.matches(":focus-visible")) place(shown.box, rectOf(shown.link));
  else hide();
}

const rectOf = (link) => link.getClientRects()[0] ?? link.getBoundingClientRect();

function later(action, ms) {
  clearTimeout(timer);
  timer = setTimeout(action, ms);
}

function show(link, find) {
  clearTimeout(timer);
  if (shown?.link === link) return;
  hide();
  const box = find(link);
  if (!box) return;
  listen(box);
  box.showPopover();
  place(box, rectOf(link));
  isDescribed = !link.hasAttribute("aria-describedby");
  if (isDescribed) link.setAttribute("aria-describedby", box.id);
  shown = { link, box };
}

function hide() {
  clearTimeout(timer);
  if (!shown) return;
  if (isDescribed) shown.link.removeAttribute("aria-describedby");
  if (shown.box.matches(":popover-open")) shown.box.hidePopover();
  shown = null;
}

function listen(box) {
  if (boxes.has(box)) return;
  boxes.add(box);
  box.addEventListener("pointerenter", () => clearTimeout(timer));
  box.addEventListener("pointerleave", () => later(hide, 250));
}

// Places the box below the word, or above it if there is no room, and inside the window.
function place(box, { left, top, bottom }) {
  const { width, height } = box.getBoundingClientRect();
  const edge = 8;
  box.style.left = `${Math.max(edge, Math.min(left - 16, document.documentElement.clientWidth - width - edge))}px`;
  box.style.top = `${bottom + height + edge <= innerHeight ? bottom + edge / 2 : Math.max(edge, top - height - edge / 2)}px`;
}
