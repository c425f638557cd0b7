// Marks the heading that is being read in the table of contents.
const links = new Map();
let headings = [], current = null, isListening = false;

export function enhance(root) {
  links.clear();
  for (const link of root.querySelectorAll("#Toc a")) {
    const heading = root.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (heading) links.set(heading, link);
  }
  headings = [...links.keys()];
  if (links.size) listen();
}

function listen() {
  mark();
  if (isListening) return;
  isListening = true;
  let isScheduled = false;
  addEventListener("scroll", () => {
    if (isScheduled) return;
    isScheduled = true;
    requestAnimationFrame(() => { isScheduled = false; mark(); });
  }, { passive: true });
}

function mark() {
  const line = innerHeight * 0.25;
  const passed = headings.filter((heading) => heading.getBoundingClientRect().top <= line);
  const isAtEnd = scrollY > 0 && innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
  const next = (isAtEnd ? headings.at(-1) : passed.at(-1)) ?? null;
  if (next === current) return;
  links.get(current)?.removeAttribute("aria-current");
  const link = links.get(next);
  link?.setAttribute("aria-current", "true");
  const list = link?.closest("nav");
  // Scroll only the list, never the page.
  if (list && list.scrollHeight > list.clientHeight) list.scrollTop = link.offsetTop - list.clientHeight / 2;
  current = next;
}
