// What the page can do better with JavaScript. Every page is complete without it.
import { branch } from "./branch.js";
import { colours } from "./colours.js";
import { contents } from "./contents.js";
import { copyButtons } from "./copy.js";
import { keys } from "./keys.js";
import { kinds } from "./kinds.js";
import { menus } from "./menus.js";
import { prefetch } from "./prefetch.js";
import { scrollers } from "./scrollers.js";
import { search } from "./search.js";

const ONCE = [colours, menus, branch, keys, prefetch, search];
// The live preview changes the open page; what is new gets the same. Each of these leaves alone what it did before.
const AGAIN = [contents, copyButtons, scrollers, kinds];

for (const enhance of [...ONCE, ...AGAIN]) enhance(document);
document.addEventListener("handsel:update", () => { for (const enhance of AGAIN) enhance(document); });
