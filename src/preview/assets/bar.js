// The writer's bar: what one wants to know of the page one writes. Small, folded away with one key, and it stays as it was left.
import { count, dock, element, remember, remembered, toggleProblems } from "./panel.js";
import { opener } from "./formulas.js";
import { canOpen, openHere, openSource } from "./source.js";

const facts = element("ul", { class: "facts", id: "facts" });
const problems = element("button", { type: "button", class: "problems", onclick: toggleProblems });
const edit = element("button", { type: "button", class: "edit", title: "Alt-click a block, or Alt+Shift+E", onclick: openHere }, "Edit");
const folder = element("button", { type: "button", class: "folder", onclick: () => openSource(undefined, 1, true) }, "Open source folder");
const fold = element("button", { type: "button", class: "fold", "aria-controls": "inner", title: "Alt+Shift+B", onclick: () => setOpen(inner.hidden, true) });
const inner = element("div", { class: "inner", id: "inner" }, facts, problems, opener, edit, folder);
const lost = element("p", { class: "lost", hidden: true }, "The preview does not answer. Is it still running?");
const bar = element("section", { class: "bar", "aria-label": "Writer's bar" }, lost, inner, fold);

// Until the server has spoken, the bar claims nothing.
let about = null, standing = null, told = null;

export function beginBar() {
  dock.append(bar);
  // On a phone there is little room, so there it begins folded.
  const isNarrow = matchMedia("(width < 40rem)").matches;
  setOpen((remembered("bar") ?? (isNarrow ? "folded" : "open")) === "open", false);
  render();
  addEventListener("keydown", (event) => {
    if (event.altKey && event.shiftKey && event.code === "KeyB") { event.preventDefault(); fold.focus(); }
  });
}

function setOpen(isOpen, isChoice) {
  inner.hidden = !isOpen;
  bar.classList.toggle("folded", !isOpen);
  fold.setAttribute("aria-expanded", isOpen);
  fold.setAttribute("aria-label", isOpen ? "Fold the writer's bar" : "Unfold the writer's bar");
  if (isChoice) remember("bar", isOpen ? "open" : "folded");
  render();
}

export function showAbout(next, stands = "found") { about = next; standing = stands; render(); }
export function countProblems(next) { told = next; render(); }
export function showLost(isLost) { lost.hidden = !isLost; bar.classList.toggle("alone", isLost); }

export const refreshBar = () => render();

function render() {
  const { errors, warnings, shown } = told ?? { errors: 0, warnings: 0, shown: [] };
  const all = errors + warnings;
  const here = about ? shown.filter(({ path }) => path === about.source).length : 0;
  facts.replaceChildren(...(about ? aboutPage(about) : standing ? [fact(standing === "found" ? "A page made by Handsel" : "No page at present")] : []));
  problems.hidden = !told;
  problems.textContent = all === 0 ? "No problems" : here === all ? `${count(all, "problem")} here` : here > 0 ? `${count(here, "problem")} here, ${all} in all` : `${count(all, "problem")} elsewhere`;
  problems.disabled = all === 0;
  problems.dataset.grave = errors > 0 ? "error" : all > 0 ? "warning" : "none";
  edit.hidden = folder.hidden = !canOpen();
  fold.textContent = inner.hidden ? (all > 0 ? `Writer's bar · ${all}` : "Writer's bar") : "Fold";
  fold.dataset.grave = inner.hidden ? problems.dataset.grave : "none";
}

const fact = (text, badge) => element("li", badge ? { class: `badge ${badge}` } : {}, text);

function aboutPage(page) {
  const facts = [];
  if (page.is_draft) facts.push(fact("Draft", "draft"));
  if (page.scheduled) facts.push(fact(`From ${page.scheduled}`, "draft"));
  if (page.expires) facts.push(fact(`Until ${page.expires}`, "draft"));
  facts.push(fact(page.kind), fact(count(page.words, "word")), fact(`${page.minutes} min`));
  facts.push(fact(`${count(page.links_out, "link")} out, ${page.links_in} in`));
  if (page.review_due) facts.push(fact(`${page.is_review_overdue ? "Review was due" : "Review by"} ${page.review_due}`, page.is_review_overdue ? "due" : undefined));
  return facts;
}
