// What the page can do better with JavaScript; every page is complete without it. On the first page of a visit nothing more is fetched
// before it is painted or a key is pressed; later ones find it all in the browser's cache.
const ONCE = ["colours", "menus", "branch", "keys", "prefetch", "search"];
// The live preview changes the open page; what is new gets the same. Each of these leaves alone what it did before.
const AGAIN = ["contents", "scrollers"];
// What only some pages need, loaded only where a page has it.
const WHERE = {
  ".prose pre, .embed-lines pre": "copy",
  "[data-tabs]": "tabs",
  "[data-seek], [data-embed]": "player",
  "[data-zoom]": "graphic",
  "details[data-question]": "questions",
  "time[data-local]": "local-time",
  "[data-random]": "random",
  "[data-facets]": "facets",
  "[data-audience-note], [data-audience-choice], [data-audience]": "audience",
  "[data-term]": "terms",
  "[data-footnote]": "footnotes",
  ".prose img": "zoom",
  "[data-journey], [data-on-path]": "journey",
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
  const [once, again] = await Promise.all([ONCE, AGAIN].map((names) => Promise.all(names.map(part))));
  if (document.readyState === "loading") await new Promise((done) => { document.addEventListener("DOMContentLoaded", done); });
  for (const { enhance } of once) enhance(document);
  const improve = () => {
    for (const { enhance } of again) enhance(document);
    for (const [selector, name] of Object.entries(WHERE)) if (document.querySelector(selector)) part(name).then(({ enhance }) => enhance(document));
  };
  improve();
  document.addEventListener("handsel:update", improve);
  removeEventListener("keydown", press, true);
  // What was pressed before anybody was there to hear it.
  if (pressed) document.body.dispatchEvent(new KeyboardEvent("keydown", pressed));
}

function part(name) {
  return import(`./${name}.js`);
}
