// Makes tables and code focusable while they scroll sideways, so that the keyboard can scroll them.
const watch = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth + 1) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

export function enhance(root) {
  for (const box of root.querySelectorAll("main :is(table, pre)")) watch.observe(box);
}
