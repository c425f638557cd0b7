// What the page can do better with JavaScript. Every page is complete without it.
import { colours } from "./colours.js";
import { contents } from "./contents.js";
import { copyButtons } from "./copy.js";
import { menus } from "./menus.js";
import { scrollers } from "./scrollers.js";
import { tabs } from "./tabs.js";

for (const enhance of [colours, menus, contents, copyButtons, scrollers, tabs]) enhance(document);

// The live preview changes the open page; what is new gets the same. Each of these leaves alone what it did before.
document.addEventListener("handsel:update", () => {
  for (const enhance of [contents, copyButtons, scrollers, tabs]) enhance(document);
});
