// What only some pages need, loaded only where a page has it.
const parts = [
  ["[data-tabs]", "./tabs.js"],
  ["[data-seek], [data-embed]", "./player.js"],
  ["[data-zoom]", "./graphic.js"],
  ["details[data-question]", "./questions.js"],
  ["time[data-local]", "./local-time.js"],
  ["[data-random]", "./random.js"],
  ["[data-facets]", "./facets.js"],
  ["[data-audience-note], [data-audience-choice], [data-audience]", "./audience.js"],
  ["a.term", "./terms.js"],
  [".footnote-ref", "./footnotes.js"],
  [".prose img", "./zoom.js"],
  ["[data-journey], [data-on-path]", "./journey.js"],
];

export function kinds(root) {
  for (const [selector, file] of parts) {
    if (root.querySelector(selector)) import(file).then((part) => part.enhance(root));
  }
}
