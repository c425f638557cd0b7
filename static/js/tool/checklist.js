// A checklist counts the checked items. It can be copied and shared, and saves progress on this device if the reader asks for it.
import { remember, remembered } from "../storage.js";
import { announce, buttons, copy, fill, link, plain, shared, tools } from "./tool-shared.js";

tools("checklist", (tool) => {
  const storageKey = `tool:${new URL(tool.dataset.page, location).pathname}`;
  const phrases = tool.querySelector("[data-words]").dataset;
  const saveBox = tool.querySelector("[data-remember]");
  const boxes = () => [...tool.querySelectorAll("input[data-key]")];
  const done = () => boxes().filter((box) => box.checked).map((box) => box.dataset.key);

  const check = (keys) => { for (const box of boxes()) box.checked = keys.has(box.dataset.key); };

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

  function save() {
    if (saveBox?.checked) remember(storageKey, JSON.stringify(done()));
  }

  function update() {
    save();
    const end = tool.querySelector(".checklist-done");
    const words = show();
    announce(tool, end && !end.hidden ? `${words} ${plain(end)}` : words, 600);
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

  // The saved list of keys, or null if there is none or it cannot be read.
  function saved() {
    try { return JSON.parse(remembered(storageKey)); } catch { return null; }
  }

  const fromLink = shared(tool).get("done");
  const before = saved();
  if (fromLink !== undefined) check(new Set(fromLink.split(".")));
  else if (saveBox && Array.isArray(before)) {
    saveBox.checked = true;
    check(new Set(before));
  } else if (saveBox) saveBox.checked = false;

  tool.addEventListener("change", (event) => {
    if (event.target === saveBox) {
      if (saveBox.checked) save();
      else remember(storageKey, null);
      announce(tool, saveBox.checked ? saveBox.dataset.saved : saveBox.dataset.deleted);
    } else if (event.target.dataset.key) update();
  });

  buttons(tool, {
    print: () => print(),
    markdown: (button) => copy(tool, button, markdown()),
    link: (button) => copy(tool, button, link(tool, done().length ? [["done", done().join(".")]] : [])),
    clear: () => {
      check(new Set());
      update();
      boxes()[0]?.focus();
    },
  });
  return show;
});
