// Shows the result of each formula of the page's calculators for the current answers, next to the formula as written.
import { dock, element, remember, remembered } from "./panel.js";
import { isCalm, openSource } from "./source.js";

const list = element("div", { class: "list", id: "formulas", tabindex: 0, role: "region", "aria-label": "Formulas and their results" });
const fold = element("button", { type: "button", class: "fold", onclick: () => setOpen(false, true) }, "Close");
const panel = element("section", { class: "formulas", "aria-label": "Formulas", hidden: true }, element("header", {}, element("h2", {}, "Formulas"), fold), list);
export const formulasButton = element("button", { type: "button", class: "formulas-button", hidden: true, "aria-controls": "formulas", "aria-expanded": false, title: "Alt+Shift+F", onclick: () => setOpen(panel.hidden, true) }, "Formulas");

// The last values of each tool by its id, and the calculators with their formulas.
const values = new Map();
let calculators = [], requests = 0, isWanted = remembered("formulas") === "open";

export function beginFormulas() {
  dock.append(panel);
  document.addEventListener("handsel:values", (event) => {
    values.set(event.target.id, event.detail);
    fill();
  });
  addEventListener("keydown", (event) => {
    if (event.altKey && event.shiftKey && event.code === "KeyF" && calculators.length) { event.preventDefault(); setOpen(panel.hidden, true); }
  });
}

// A calculator with an error keeps its last formulas while the page shows it.
export async function askFormulas(source) {
  const turn = ++requests;
  let found = [];
  if (source) {
    try { found = await (await fetch(`/_handsel/formulas?file=${encodeURIComponent(source)}`, { cache: "no-store" })).json(); } catch { return; }
  }
  if (turn !== requests) return;
  const kept = calculators.filter(({ id }) => !found.some((one) => one.id === id) && document.getElementById(id)?.dataset.tool === "calculator");
  calculators = [...found, ...kept];
  draw();
  setOpen(isWanted, false);
}

function setOpen(isOpen, isChoice) {
  const hadFocus = panel.contains(panel.getRootNode().activeElement);
  panel.hidden = !isOpen || !calculators.length;
  formulasButton.hidden = !calculators.length;
  formulasButton.setAttribute("aria-expanded", !panel.hidden);
  if (!isChoice) return;
  isWanted = isOpen;
  remember("formulas", isOpen ? "open" : "closed");
  if (isOpen) list.focus({ preventScroll: true });
  else if (hadFocus) formulasButton.focus();
}

const NAMES = { input: "input", step: "step", result: "result", say: "say" };

function draw() {
  list.replaceChildren(...calculators.flatMap(({ id, title, source, formulas }) => {
    const row = ({ part, name, label, formula, line }, at) => element("tr", { class: part, "data-row": `${id} ${at}` },
      element("td", {}, element("button", { type: "button", class: "place", "aria-label": `Line ${line} of ${source}`, onclick: () => openSource(source, line) }, String(line))),
      element("th", { scope: "row", title: label }, part === "say" ? `say ${name}` : name, " ", part === "say" ? null : element("small", {}, NAMES[part])),
      element("td", {}, formula === null ? label : element("code", {}, formula)),
      element("td", { class: "shown" }), element("td", { class: "exact" }));
    const head = element("thead", {}, element("tr", {}, ...["Line", "Name", "Formula", "Value", "Exact value"].map((word) => element("th", { scope: "col" }, word))));
    const where = calculators.length > 1 ? element("h3", {}, `${title} · ${source}`) : null;
    return [where, element("p", { class: "more none", hidden: true }, "No values: an answer on the page is missing or not valid."), element("table", { "data-of": id }, head, element("tbody", {}, ...formulas.map(row)))].filter(Boolean);
  }));
  fill();
}

// The value of a slot as readers see it, and with all digits.
function valueOf({ slots, data, text }, slot) {
  const value = slots?.[slot];
  if (value === undefined) return ["–", ""];
  const shown = data.shows[slot] ? text(slot) : String(value);
  const isPlain = typeof value === "number" && data.shows[slot]?.[0] !== "date";
  return [shown, isPlain && String(value) !== shown ? String(value) : ""];
}

function fill() {
  for (const { id, formulas } of calculators) {
    const current = values.get(id);
    const table = list.querySelector(`table[data-of="${CSS.escape(id)}"]`);
    table.previousElementSibling.hidden = !current || current.slots !== null;
    formulas.forEach(({ slot }, at) => {
      const row = table.tBodies[0].rows[at];
      const [shown, exact] = current ? valueOf(current, slot) : ["–", ""];
      const cells = [row.querySelector(".shown"), row.querySelector(".exact")];
      const before = cells.map((cell) => cell.textContent).join();
      [cells[0].textContent, cells[1].textContent] = [shown, exact];
      if (before !== "," && before !== [shown, exact].join() && !isCalm()) row.animate([{ backgroundColor: "rgb(240 140 60 / .28)" }, {}], { duration: 900 });
    });
  }
}
