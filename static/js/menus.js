// Menus open and close by themselves (popover); here they also close when one of their links is followed.
export function enhance(root) {
  for (const menu of root.querySelectorAll("nav[popover]")) {
    menu.addEventListener("click", (event) => {
      if (event.target.closest("a") && menu.matches(":popover-open")) menu.hidePopover();
    });
  }
}
