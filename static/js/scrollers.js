// Tables and code that scroll sideways can be reached by keyboard; those that fit are no stop on the way.
const watch = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth + 1) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

export function enhance(root) {
  for (const box of root.querySelectorAll("main :is(table, pre)")) watch.observe(box);
}
