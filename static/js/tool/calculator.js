// A calculator reads, checks and computes answers as they are typed, and shows the results at once. Announcements wait until
// the reader stops typing.
import { announce, buttons, copy, fill, link, shared, tools } from "./tool-shared.js";
import { days, formatValue, inField, isoDay, parseNumber, size } from "./format.js";
import { run } from "./machine.js";

tools("calculator", (tool) => {
  let data = read();
  const part = (name, end = "") => document.getElementById(`${tool.id}-${name}${end}`);
  const boxes = (input) => [...part(input.name).querySelectorAll("input")];

  function read() { return JSON.parse(tool.querySelector(":scope > script[type='application/json']").textContent); }

  // The answer in a field: `value`, or `wrong` with a message.
  function answer(input) {
    const field = part(input.name);
    if (!field) return { value: input.default };
    if (input.kind === "toggle") return { value: field.checked };
    if (input.kind === "choices") return { value: boxes(input).filter((box) => box.checked).map((box) => box.value) };
    if (input.kind === "choice" || input.kind === "text") return { value: field.value };
    if (!field.value.trim()) return { wrong: data.words.empty };
    return inRange(input, input.kind === "date" ? days(field.value) : parseNumber(field.value, data.locale) / (input.kind === "percent" ? 100 : 1));
  }

  function inRange(input, value) {
    const words = (number) => input.kind === "date" ? formatValue(number, ["date"], data.locale) : inField(input.kind === "percent" ? number * 100 : number, data.locale);
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

  // Answers from a link are not trusted more than typed ones. Values that do not fit are ignored.
  function fromLink(input, text) {
    const options = input.options?.map(([key]) => key) ?? [];
    if (input.kind === "toggle") return text === "yes" || text === "no" ? { value: text === "yes" } : {};
    if (input.kind === "choices") {
      const chosen = text.split(",").map(decoded);
      return { value: options.filter((key) => chosen.includes(key)) };
    }
    if (input.kind === "choice") return options.includes(text) ? { value: text } : {};
    if (input.kind === "text") return { value: text.slice(0, data.textMax) };
    return inRange(input, input.kind === "date" ? days(text) : /^-?\d+(\.\d+)?(e[-+]?\d+)?$/.test(text) ? Number(text) : NaN);
  }

  const decoded = (text) => { try { return decodeURIComponent(text); } catch { return text; } };
  const toLink = (input, value) =>
    input.kind === "toggle" ? (value ? "yes" : "no") : input.kind === "choices" ? value.map(encodeURIComponent).join(",") : input.kind === "date" ? isoDay(value) : String(value);
  const isSame = (a, b) => a === b || (Array.isArray(a) && Array.isArray(b) && a.join("\n") === b.join("\n"));

  function readLink() {
    const answers = shared(tool);
    for (const input of data.inputs) {
      const found = answers.get(input.name);
      const { value } = found === undefined ? {} : fromLink(input, found);
      if (value !== undefined && !input.private) put(input, value);
    }
  }

  const findErrors = () => data.inputs.map((input) => [input, answer(input).wrong]).filter(([, wrong]) => wrong);
  const visited = new Set();
  let listedErrors = "";

  // A field that the reader left with an error shows it until it is corrected. The summary lists all of these fields.
  function showErrors(errors) {
    for (const input of data.inputs) {
      const note = part(input.name, "-error"), field = part(input.name);
      const wrong = visited.has(input.name) ? errors.find(([other]) => other === input)?.[1] : undefined;
      if (!wrong) visited.delete(input.name);
      if (!note) continue;
      note.textContent = wrong ?? "";
      note.hidden = !wrong;
      if (wrong) field.setAttribute("aria-invalid", "true"); else field.removeAttribute("aria-invalid");
    }
    const summary = part("errors");
    const listed = errors.filter(([input]) => visited.has(input.name));
    summary.hidden = listed.length === 0;
    // Keep the links if nothing changed: leaving a field happens between pressing a link and the click.
    const words = listed.map(([input, wrong]) => `${input.label}: ${wrong}`);
    if (words.join("\n") === listedErrors) return;
    listedErrors = words.join("\n");
    summary.querySelector("ul").replaceChildren(...listed.map(([input], at) => {
      const [item, link] = [document.createElement("li"), document.createElement("a")];
      link.href = `#${tool.id}-${input.name}`;
      link.textContent = words[at];
      link.addEventListener("click", (event) => { event.preventDefault(); part(input.name).focus(); });
      item.append(link);
      return item;
    }));
  }

  function show() {
    const errors = findErrors();
    showErrors(errors);
    const slots = errors.length ? null : run(data, data.inputs.map((input) => answer(input).value));
    const text = (slot) => slots ? formatValue(slots[slot], data.shows[slot], data.locale) : formatValue(NaN, ["number"], data.locale);
    for (const output of tool.querySelectorAll("[data-slot]")) {
      output.textContent = text(output.dataset.slot);
      if (output.dataset.size) output.dataset.size = size(output.textContent);
    }
    const shownMessage = slots ? data.says.findIndex((when) => when === null || slots[when]) : -1;
    for (const [index, text] of [...tool.querySelectorAll("[data-message]")].entries()) text.hidden = index !== shownMessage;
    tool.classList.toggle("stale", !slots);
    tool.dispatchEvent(new CustomEvent("handsel:values", { bubbles: true, detail: { slots, data, text } }));
    announce(tool, slots ? data.results.map(([label, slot]) => `${label}: ${text(slot)}`).join(". ") : fill(data.words.faults, { count: errors.length }), 1000);
  }

  tool.addEventListener("input", show);
  tool.addEventListener("change", (event) => {
    const name = event.target.closest("[data-input]")?.dataset.input;
    if (name) visited.add(name);
    show();
  });
  // The form is never sent. Enter checks all answers.
  tool.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !event.target.matches("input")) return;
    event.preventDefault();
    for (const [input] of findErrors()) visited.add(input.name);
    show();
    if (visited.size) part("errors").focus();
  });
  buttons(tool, {
    print: () => print(),
    reset() {
      for (const input of data.inputs) put(input, input.default);
      visited.clear();
      show();
    },
    link(button) {
      const answers = data.inputs.filter((input) => !input.private).map((input) => [input, answer(input).value]);
      const changed = answers.filter(([input, value]) => value !== undefined && !isSame(value, input.default));
      copy(tool, button, link(tool, changed.map(([input, value]) => [input.name, toLink(input, value)])));
    },
  });
  if (data.share) {
    addEventListener("hashchange", () => { readLink(); show(); });
    readLink();
  }
  tool.classList.add("enhanced");
  return () => { data = read(); show(); };
});
