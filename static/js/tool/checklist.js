// A checklist counts what is ticked, can be copied and shared, and keeps the ticks on this device when it is told to.
import { remember, remembered } from "../store.js";
import { buttons, copy, fill, link, plain, say, shared, tools } from "./kit.js";

tools("checklist", (tool) => {
  const place = `tool:${new URL(tool.dataset.page, location).pathname}`;
  const phrases = tool.querySelector("[data-words]").dataset;
  const keeper = tool.querySelector("[data-remember]");
  const boxes = () => [...tool.querySelectorAll("input[data-key]")];
  const done = () => boxes().filter((box) => box.checked).map((box) => box.dataset.key);

  const tick = (keys) => { for (const box of boxes()) box.checked = keys.has(box.dataset.key); };

  function show() {
    const values = { done: done().length, total: boxes().length };
    const bar = tool.querySelector(".tool-progress progress");
    [bar.max, bar.value] = [values.total, values.done];
    const words = fill(phrases.progress, values);
    tool.querySelector(".tool-progress").firstElementChild.textContent = words;
    const end = tool.querySelector(".checklist-done");
    if (end) end.hidden = !values.total || values.done < values.total;
    return words;
  }

  function keep() {
    if (keeper?.checked) remember(place, JSON.stringify(done()));
  }

  function changed() {
    keep();
    const end = tool.querySelector(".checklist-done");
    const words = show();
    say(tool, end && !end.hidden ? `${words} ${plain(end)}` : words, 600);
  }

  function markdown() {
    const lines = [`# ${tool.dataset.title}`];
    for (const group of tool.querySelectorAll("[data-group]")) {
      const title = group.querySelector("[data-group-title]");
      lines.push("", ...(title ? [`## ${plain(title)}`, ""] : []));
      for (const box of group.querySelectorAll("input[data-key]")) lines.push(`- [${box.checked ? "x" : " "}] ${plain(box.closest("label"))}`);
    }
    return `${lines.join("\n")}\n\n${link(tool, [])}\n`;
  }

  // What is kept: a list of keys, or nothing that could be read as one.
  function kept() {
    try { return JSON.parse(remembered(place)); } catch { return null; }
  }

  const given = shared(tool).get("done");
  const before = kept();
  if (given !== undefined) tick(new Set(given.split(".")));
  else if (keeper && Array.isArray(before)) {
    keeper.checked = true;
    tick(new Set(before));
  } else if (keeper) keeper.checked = false;

  tool.addEventListener("change", (event) => {
    if (event.target === keeper) {
      if (keeper.checked) keep();
      else remember(place, null);
      say(tool, keeper.checked ? keeper.dataset.kept : keeper.dataset.forgotten);
    } else if (event.target.dataset.key) changed();
  });

  buttons(tool, {
    print: () => print(),
    markdown: (button) => copy(tool, button, markdown()),
    link: (button) => copy(tool, button, link(tool, done().length ? [["done", done().join(".")]] : [])),
    clear: () => {
      tick(new Set());
      changed();
      boxes()[0]?.focus();
    },
  });
  return show;
});
