// Shows the short explanation of a word when it is pointed at or focused. Escape puts it away; a tap follows the link.
export function enhance(root) {
  for (const link of root.querySelectorAll("a.term:not([data-ready])")) {
    const note = document.getElementById(link.getAttribute("aria-describedby"));
    if (!note?.showPopover) continue;
    link.dataset.ready = "";
    let closing;
    const show = () => {
      clearTimeout(closing);
      if (note.matches(":popover-open")) return;
      note.showPopover();
      const word = link.getClientRects()[0] ?? link.getBoundingClientRect();
      const box = note.getBoundingClientRect();
      const below = word.bottom + 6 + box.height < innerHeight || word.top < box.height + 6;
      note.style.top = `${below ? word.bottom + 6 : word.top - box.height - 6}px`;
      note.style.left = `${Math.max(8, Math.min(word.left, innerWidth - box.width - 8))}px`;
    };
    // The pointer may move onto the note to read it, so closing waits a little.
    const hide = () => { closing = setTimeout(() => { if (note.matches(":popover-open")) note.hidePopover(); }, 150); };
    const own = (event) => event.pointerType !== "touch";
    link.addEventListener("pointerenter", (event) => { if (own(event)) show(); });
    link.addEventListener("pointerleave", hide);
    note.addEventListener("pointerenter", () => clearTimeout(closing));
    note.addEventListener("pointerleave", hide);
    link.addEventListener("focus", show);
    link.addEventListener("blur", hide);
    addEventListener("keydown", (event) => { if (event.key === "Escape" && note.matches(":popover-open")) note.hidePopover(); });
    addEventListener("scroll", () => { if (note.matches(":popover-open")) note.hidePopover(); }, { passive: true });
  }
}
