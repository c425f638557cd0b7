// Tables and code that scroll sideways can be reached by keyboard; those that fit are no stop on the way.
export function scrollers(root) {
  const boxes = root.querySelectorAll("main :is(table, pre)");
  if (!boxes.length) return;
  const watch = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth + 1) target.tabIndex = 0;
      else target.removeAttribute("tabindex");
    }
  });
  for (const box of boxes) watch.observe(box);
}
