// What each formula of a page's calculators comes to with the answers typed now, beside the formula as it stands in its file.
import { dock, element, remember, remembered } from "./panel.js";
import { isCalm, openSource } from "./source.js";

const list = element("div", { class: "list", id: "worked", tabindex: 0, role: "region", "aria-label": "Formulas and what they come to" });
const fold = element("button", { type: "button", class: "fold", onclick: () => setOpen(false, true) }, "Close");
const panel = element("section", { class: "worked", "aria-label": "Formulas", hidden: true }, element("header", {}, element("h2", {}, "Formulas"), fold), list);
export const opener = element("button", { type: "button", class: "worked-opener", hidden: true, "aria-controls": "worked", "aria-expanded": false, title: "Alt+Shift+F", onclick: () => setOpen(panel.hidden, true) }, "Formulas");

// What tools said last, by their ids, and the calculators as they were written.
const worked = new Map();
let written = [], asked = 0, isWanted = remembered("formulas") === "open";

export function beginFormulas() {
  dock.append(panel);
  document.addEventListener("handsel:values", (event) => {
    worked.set(event.target.id, event.detail);
    fill();
  });
  addEventListener("keydown", (event) => {
    if (event.altKey && event.shiftKey && event.code === "KeyF" && written.length) { event.preventDefault(); setOpen(panel.hidden, true); }
  });
}

// A calculator that cannot be worked out at present stays as it was while the page shows it.
export async function askFormulas(source) {
  const turn = ++asked;
  let found = [];
  if (source) {
    try { found = await (await fetch(`/_handsel/formulas?file=${encodeURIComponent(source)}`, { cache: "no-store" })).json(); } catch { return; }
  }
  if (turn !== asked) return;
  const kept = written.filter(({ id }) => !found.some((one) => one.id === id) && document.getElementById(id)?.dataset.tool === "calculator");
  written = [...found, ...kept];
  draw();
  setOpen(isWanted, false);
}

function setOpen(isOpen, isChoice) {
  const had = panel.contains(panel.getRootNode().activeElement);
  panel.hidden = !isOpen || !written.length;
  opener.hidden = !written.length;
  opener.setAttribute("aria-expanded", !panel.hidden);
  if (!isChoice) return;
  isWanted = isOpen;
  remember("formulas", isOpen ? "open" : "closed");
  if (isOpen) list.focus({ preventScroll: true });
  else if (had) opener.focus();
}

const NAMES = { input: "input", step: "step", result: "result", say: "say" };

function draw() {
  list.replaceChildren(...written.flatMap(({ id, title, source, formulas }) => {
    const row = ({ part, name, label, formula, line }, at) => element("tr", { class: part, "data-row": `${id} ${at}` },
      element("td", {}, element("button", { type: "button", class: "place", "aria-label": `Line ${line} of ${source}`, onclick: () => openSource(source, line) }, String(line))),
      element("th", { scope: "row", title: label }, part === "say" ? `say ${name}` : name, " ", part === "say" ? null : element("small", {}, NAMES[part])),
      element("td", {}, formula === null ? label : element("code", {}, formula)),
      element("td", { class: "shown" }), element("td", { class: "exact" }));
    const head = element("thead", {}, element("tr", {}, ...["Line", "Name", "As written", "Now", "Exactly"].map((word) => element("th", { scope: "col" }, word))));
    const where = written.length > 1 ? element("h3", {}, `${title} · ${source}`) : null;
    return [where, element("p", { class: "more none", hidden: true }, "No values: an answer on the page is missing or does not fit."), element("table", { "data-of": id }, head, element("tbody", {}, ...formulas.map(row)))].filter(Boolean);
  }));
  fill();
}

// What a slot comes to as readers see it, and to the last digit.
function told({ slots, data, text }, slot) {
  const value = slots?.[slot];
  if (value === undefined) return ["–", ""];
  const shown = data.shows[slot] ? text(slot) : String(value);
  const isPlain = typeof value === "number" && data.shows[slot]?.[0] !== "date";
  return [shown, isPlain && String(value) !== shown ? String(value) : ""];
}

function fill() {
  for (const { id, formulas } of written) {
    const values = worked.get(id);
    const table = list.querySelector(`table[data-of="${CSS.escape(id)}"]`);
    table.previousElementSibling.hidden = !values || values.slots !== null;
    formulas.forEach(({ slot }, at) => {
      const row = table.tBodies[0].rows[at];
      const [shown, exact] = values ? told(values, slot) : ["–", ""];
      const cells = [row.querySelector(".shown"), row.querySelector(".exact")];
      const before = cells.map((cell) => cell.textContent).join();
      [cells[0].textContent, cells[1].textContent] = [shown, exact];
      if (before !== "," && before !== [shown, exact].join() && !isCalm()) row.animate([{ backgroundColor: "rgb(240 140 60 / .28)" }, {}], { duration: 900 });
    });
  }
}
