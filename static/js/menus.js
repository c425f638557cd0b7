// Closes a menu when the reader follows one of its links. Everything else the popover does itself.
export function enhance(root) {
  for (const menu of root.querySelectorAll("nav[popover]")) {
    menu.addEventListener("click", (event) => {
      if (event.target.closest("a") && menu.matches(":popover-open")) menu.hidePopover();
    });
  }
}
