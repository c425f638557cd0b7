// A calculator: answers are read as they are typed, checked, worked out and shown at once; what is announced waits until typing ends.
import { buttons, copy, fill, link, say, shared, tools } from "./kit.js";
import { days, inField, isoDay, shown, size, typed } from "./format.js";
import { run } from "./machine.js";

tools("calculator", (tool) => {
  let data = read();
  const part = (name, end = "") => document.getElementById(`${tool.id}-${name}${end}`);
  const boxes = (input) => [...part(input.name).querySelectorAll("input")];

  function read() { return JSON.parse(tool.querySelector(":scope > script[type='application/json']").textContent); }

  // The answer in a field: its value, or what is wrong with it.
  function answer(input) {
    const field = part(input.name);
    if (!field) return { value: input.default };
    if (input.kind === "toggle") return { value: field.checked };
    if (input.kind === "choices") return { value: boxes(input).filter((box) => box.checked).map((box) => box.value) };
    if (input.kind === "choice" || input.kind === "text") return { value: field.value };
    if (!field.value.trim()) return { wrong: data.words.empty };
    return within(input, input.kind === "date" ? days(field.value) : typed(field.value, data.locale) / (input.kind === "percent" ? 100 : 1));
  }

  function within(input, value) {
    const words = (number) => input.kind === "date" ? shown(number, ["date"], data.locale) : inField(input.kind === "percent" ? number * 100 : number, data.locale);
    if (!Number.isFinite(value)) return { wrong: input.kind === "date" ? data.words.no_date : data.words.no_number };
    if (input.min !== null && value < input.min) return { wrong: fill(data.words.too_small, { min: words(input.min) }) };
    if (input.max !== null && value > input.max) return { wrong: fill(data.words.too_large, { max: words(input.max) }) };
    return { value };
  }

  function put(input, value) {
    const field = part(input.name);
    if (!field) return;
    if (input.kind === "toggle") field.checked = value;
    else if (input.kind === "choices") for (const box of boxes(input)) box.checked = value.includes(box.value);
    else if (value === null) field.value = "";
    else if (input.kind === "date") field.value = isoDay(value);
    else if (typeof value === "number") field.value = inField(input.kind === "percent" ? value * 100 : value, data.locale);
    else field.value = value;
  }

  // Answers from a link are as untrusted as typed ones: what does not fit is left as it was.
  function fromLink(input, text) {
    const options = input.options?.map(([key]) => key) ?? [];
    if (input.kind === "toggle") return text === "yes" || text === "no" ? { value: text === "yes" } : {};
    if (input.kind === "choices") {
      const chosen = text.split(",").map(decoded);
      return { value: options.filter((key) => chosen.includes(key)) };
    }
    if (input.kind === "choice") return options.includes(text) ? { value: text } : {};
    if (input.kind === "text") return { value: text.slice(0, data.textMax) };
    return within(input, input.kind === "date" ? days(text) : /^-?\d+(\.\d+)?(e[-+]?\d+)?$/.test(text) ? Number(text) : NaN);
  }

  const decoded = (text) => { try { return decodeURIComponent(text); } catch { return text; } };
  const toLink = (input, value) =>
    input.kind === "toggle" ? (value ? "yes" : "no") : input.kind === "choices" ? value.map(encodeURIComponent).join(",") : input.kind === "date" ? isoDay(value) : String(value);
  const isSame = (a, b) => a === b || (Array.isArray(a) && Array.isArray(b) && a.join("\n") === b.join("\n"));

  function takeLink() {
    const answers = shared(tool);
    for (const input of data.inputs) {
      const found = answers.get(input.name);
      const { value } = found === undefined ? {} : fromLink(input, found);
      if (value !== undefined && !input.private) put(input, value);
    }
  }

  const wrongs = () => data.inputs.map((input) => [input, answer(input).wrong]).filter(([, wrong]) => wrong);
  const told = new Set();
  let known = "";

  // A field that was left with a fault says so until the fault is gone; the summary lists all of these.
  function showWrongs(faults) {
    for (const input of data.inputs) {
      const note = part(input.name, "-error"), field = part(input.name);
      const wrong = told.has(input.name) ? faults.find(([other]) => other === input)?.[1] : undefined;
      if (!wrong) told.delete(input.name);
      if (!note) continue;
      note.textContent = wrong ?? "";
      note.hidden = !wrong;
      if (wrong) field.setAttribute("aria-invalid", "true"); else field.removeAttribute("aria-invalid");
    }
    const summary = part("errors");
    const listed = faults.filter(([input]) => told.has(input.name));
    summary.hidden = listed.length === 0;
    // A link that is being pressed stays the same: leaving a field comes between its press and its click.
    const words = listed.map(([input, wrong]) => `${input.label}: ${wrong}`);
    if (words.join("\n") === known) return;
    known = words.join("\n");
    summary.querySelector("ul").replaceChildren(...listed.map(([input], at) => {
      const [item, way] = [document.createElement("li"), document.createElement("a")];
      way.href = `#${tool.id}-${input.name}`;
      way.textContent = words[at];
      way.addEventListener("click", (event) => { event.preventDefault(); part(input.name).focus(); });
      item.append(way);
      return item;
    }));
  }

  function show() {
    const faults = wrongs();
    showWrongs(faults);
    const slots = faults.length ? null : run(data, data.inputs.map((input) => answer(input).value));
    const text = (slot) => slots ? shown(slots[slot], data.shows[slot], data.locale) : shown(NaN, ["number"], data.locale);
    for (const output of tool.querySelectorAll("[data-slot]")) {
      output.textContent = text(output.dataset.slot);
      if (output.dataset.size) output.dataset.size = size(output.textContent);
    }
    const said = slots ? data.says.findIndex((when) => when === null || slots[when]) : -1;
    for (const [index, text] of [...tool.querySelectorAll("[data-say]")].entries()) text.hidden = index !== said;
    tool.classList.toggle("stale", !slots);
    tool.dispatchEvent(new CustomEvent("handsel:values", { bubbles: true, detail: { slots, data, text } }));
    say(tool, slots ? data.results.map(([label, slot]) => `${label}: ${text(slot)}`).join(". ") : fill(data.words.faults, { count: faults.length }), 1000);
  }

  tool.addEventListener("input", show);
  tool.addEventListener("change", (event) => {
    const name = event.target.closest("[data-input]")?.dataset.input;
    if (name) told.add(name);
    show();
  });
  // There is nothing to send: Enter asks whether all is well.
  tool.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches("input")) return;
    event.preventDefault();
    for (const [input] of wrongs()) told.add(input.name);
    show();
    if (told.size) part("errors").focus();
  });
  buttons(tool, {
    print: () => print(),
    reset() {
      for (const input of data.inputs) put(input, input.default);
      told.clear();
      show();
    },
    link(button) {
      const answers = data.inputs.filter((input) => !input.private).map((input) => [input, answer(input).value]);
      const stated = answers.filter(([input, value]) => value !== undefined && !isSame(value, input.default));
      copy(tool, button, link(tool, stated.map(([input, value]) => [input.name, toLink(input, value)])));
    },
  });
  if (data.share) {
    addEventListener("hashchange", () => { takeLink(); show(); });
    takeLink();
  }
  tool.classList.add("live");
  return () => { data = read(); show(); };
});
