// Loads the scripts that improve a page. Every page is complete without JavaScript. On the first page of a visit, nothing else is
// fetched before the first paint or the first key press. Later pages find everything in the browser's cache.
const ONCE = ["color-scheme", "menus", "section-nav", "keys", "prefetch", "search"];
// These run again when the live preview changes the open page. They leave alone what they have already improved.
const AGAIN = ["toc", "scroll-focus"];
// These load only on pages that contain such an element.
const BY_SELECTOR = {
  ".prose pre, .embed-code pre": "copy",
  "[data-tabs]": "tabs",
  "[data-seek], [data-embed]": "player",
  "details[data-question]": "faq",
  "time[data-local]": "local-time",
  "[data-random]": "random",
  "[data-facets]": "facets",
  "[data-audience-note], [data-audience-choice], [data-audience]": "audience",
  "[data-term]": "terms",
  "[data-footnote]": "footnotes",
  ".prose img, [data-lightbox]": "lightbox",
  "[data-path-steps], [data-on-path]": "path-progress",
};
let isLoading, pressed;

addEventListener("keydown", press, true);
const isFirst = performance.getEntriesByType("navigation")[0]?.type === "navigate" && !document.referrer.startsWith(`${location.origin}/`);
if (isFirst && PerformanceObserver.supportedEntryTypes?.includes("paint")) new PerformanceObserver(load).observe({ type: "paint", buffered: true });
else load();

function press(event) {
  if (event.target === document.body) pressed = event;
  load();
}

async function load() {
  if (isLoading) return;
  isLoading = true;
  const [once, again] = await Promise.all([ONCE, AGAIN].map((names) => Promise.all(names.map(loadModule))));
  if (document.readyState === "loading") await new Promise((done) => { document.addEventListener("DOMContentLoaded", done); });
  for (const { enhance } of once) enhance(document);
  const improve = () => {
    for (const { enhance } of again) enhance(document);
    for (const [selector, name] of Object.entries(BY_SELECTOR)) if (document.querySelector(selector)) loadModule(name).then(({ enhance }) => enhance(document));
  };
  improve();
  document.addEventListener("handsel:update", improve);
  removeEventListener("keydown", press, true);
  // Repeat the key that was pressed before any script listened.
  if (pressed) document.body.dispatchEvent(new KeyboardEvent("keydown", pressed));
}

function loadModule(name) {
  return import(`./${name}.js`);
}
