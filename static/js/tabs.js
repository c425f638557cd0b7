// Turns titled sections into tabs. Arrow keys, Home and End move between them. A choice applies to all tabs with that title.
import { remember, remembered } from "./storage.js";

const groups = [];

export function enhance(root) {
  for (const [index, box] of [...root.querySelectorAll("[data-tabs]")].entries()) {
    const panels = [...box.children].filter((child) => "title" in child.dataset);
    const list = [...box.children].find((child) => "tabList" in child.dataset);
    if (list?.childElementCount === panels.length) continue;
    list?.remove();
    if (panels.length > 1) groups.push(makeTabs(box, panels, `tabs-${index + 1}`));
  }
  const choice = remembered("tab");
  if (choice) chooseEverywhere(choice);
}

function makeTabs(box, panels, id) {
  const list = document.createElement("div");
  list.className = "tab-list";
  list.dataset.tabList = "";
  list.setAttribute("role", "tablist");
  const buttons = panels.map((panel, index) => {
    const button = document.createElement("button");
    button.type = "button";
    button.id = `${id}-tab-${index + 1}`;
    button.textContent = panel.dataset.title;
    button.setAttribute("role", "tab");
    panel.id ||= `${id}-panel-${index + 1}`;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", button.id);
    panel.tabIndex = 0;
    button.setAttribute("aria-controls", panel.id);
    button.addEventListener("click", () => choose(index));
    list.append(button);
    return button;
  });

  function show(chosen) {
    for (const [index, button] of buttons.entries()) {
      button.setAttribute("aria-selected", String(index === chosen));
      button.tabIndex = index === chosen ? 0 : -1;
      panels[index].hidden = index !== chosen;
    }
  }

  function choose(index) {
    const before = list.getBoundingClientRect().top;
    const title = panels[index].dataset.title;
    show(index);
    remember("tab", title);
    chooseEverywhere(title);
    // Tabs above may have changed their height. Keep the pressed tab in its place.
    scrollBy({ top: list.getBoundingClientRect().top - before, behavior: "instant" });
  }

  list.addEventListener("keydown", (event) => {
    const now = buttons.indexOf(document.activeElement);
    const forward = getComputedStyle(list).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const back = forward === "ArrowRight" ? "ArrowLeft" : "ArrowRight";
    const last = buttons.length - 1;
    const to = { [forward]: now === last ? 0 : now + 1, [back]: now === 0 ? last : now - 1, Home: 0, End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    buttons[to].focus();
    choose(to);
  });

  box.prepend(list);
  box.classList.add("enhanced");
  show(0);
  return { titles: panels.map((panel) => panel.dataset.title), show };
}

function chooseEverywhere(title) {
  for (const group of groups) {
    const index = group.titles.indexOf(title);
    if (index >= 0) group.show(index);
  }
}
