// A footnote's text beside its number, while the pointer or the focus is there. Escape takes it away, and the pointer may go
// into it (WCAG 2.2, 1.4.13).
const known = new WeakSet();
let box, shown = null, waiting;

export function footnotes(root) {
  if (!HTMLElement.prototype.showPopover) return;
  for (const link of root.querySelectorAll(".footnote-ref a")) {
    if (known.has(link)) continue;
    known.add(link);
    link.addEventListener("pointerenter", ({ pointerType }) => { if (pointerType !== "touch") soon(() => show(link), 120); });
    link.addEventListener("focus", () => { if (link.matches(":focus-visible")) show(link); });
    link.addEventListener("pointerleave", () => soon(hide, 250));
    link.addEventListener("blur", hide);
  }
}

function soon(what, ms) {
  clearTimeout(waiting);
  waiting = setTimeout(what, ms);
}

function makeBox() {
  const box = document.createElement("div");
  box.id = "Footnote";
  box.className = "peek";
  box.popover = "manual";
  box.setAttribute("role", "tooltip");
  box.addEventListener("pointerenter", () => clearTimeout(waiting));
  box.addEventListener("pointerleave", () => soon(hide, 250));
  addEventListener("scroll", hide, { passive: true });
  addEventListener("keydown", ({ key }) => { if (key === "Escape") hide(); });
  document.body.append(box);
  return box;
}

function show(link) {
  clearTimeout(waiting);
  const note = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (!note || shown === link) return;
  hide();
  box ??= makeBox();
  const copy = note.cloneNode(true);
  for (const back of copy.querySelectorAll(".footnote-return, .footnote-back")) back.remove();
  for (const named of copy.querySelectorAll("[id]")) named.removeAttribute("id");
  box.replaceChildren(...copy.childNodes);
  box.showPopover();
  place(box, link.getBoundingClientRect());
  link.setAttribute("aria-describedby", box.id);
  shown = link;
}

function hide() {
  clearTimeout(waiting);
  shown?.removeAttribute("aria-describedby");
  shown = null;
  if (box?.matches(":popover-open")) box.hidePopover();
}

// Under the number, or above it where there is no room; never past the window's edge.
function place(box, { left, top, bottom }) {
  const { width, height } = box.getBoundingClientRect();
  const edge = 8;
  box.style.left = `${Math.max(edge, Math.min(left - 16, document.documentElement.clientWidth - width - edge))}px`;
  box.style.top = `${bottom + height + edge <= innerHeight ? bottom + edge / 2 : Math.max(edge, top - height - edge / 2)}px`;
}
