// The reader's progress on a path. It is stored on this device only, once the reader checks off a step or continues from one. The
// page shows it, and one button clears it.
import { isOwn, remember, remembered } from "./storage.js";

const key = (path) => `path:${path}`;

function done(path) {
  try { return new Set(JSON.parse(remembered(key(path)) ?? "[]")); } catch { return new Set(); }
}

function store(path, steps) {
  remember(key(path), steps.size ? JSON.stringify([...steps]) : null);
}

export function enhance(root) {
  for (const nav of root.querySelectorAll("[data-on-path]:not([data-ready])")) {
    nav.dataset.ready = "";
    nav.querySelector("[data-continue]").addEventListener("click", () => {
      store(nav.dataset.onPath, done(nav.dataset.onPath).add(nav.dataset.step));
    });
  }
  for (const list of root.querySelectorAll("[data-path-steps]:not([data-ready])")) {
    list.dataset.ready = "";
    open(list);
  }
}

function open(list) {
  const path = list.dataset.pathSteps;
  const steps = [...list.querySelectorAll("li[data-step]")];
  const boxes = steps.map((step) => {
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.addEventListener("change", () => {
      const now = done(path);
      if (box.checked) now.add(step.dataset.step); else now.delete(step.dataset.step);
      store(path, now);
      show();
    });
    label.className = "step-done";
    label.append(box, ` ${list.dataset.done}`);
    step.append(label);
    return box;
  });
  const state = document.createElement("p");
  state.className = "path-progress";
  state.setAttribute("role", "status");
  state.hidden = true;
  list.querySelector("ol").before(state);

  function show() {
    const now = done(path);
    steps.forEach((step, at) => {
      boxes[at].checked = now.has(step.dataset.step);
      step.classList.toggle("is-done", boxes[at].checked);
    });
    const open = steps.filter((step) => !now.has(step.dataset.step));
    const next = open.find((step) => !("optional" in step.dataset)) ?? open[0];
    // The next step counts, even if it is optional.
    const left = open.filter((step) => step === next || !("optional" in step.dataset)).reduce((sum, step) => sum + Number(step.dataset.minutes), 0);
    state.hidden = now.size === 0;
    state.replaceChildren();
    if (state.hidden) return;
    if (next) {
      const link = document.createElement("a");
      if (isOwn(next.dataset.step)) link.href = next.dataset.step;
      link.textContent = next.querySelector("a").textContent;
      state.append(`${list.dataset.continue} `, link, ` · ${list.dataset.timeLeft.replace("{minutes}", left)} · `);
    } else {
      state.append(`${list.dataset.allDone} · `);
    }
    const clear = document.createElement("button");
    clear.type = "button";
    clear.textContent = list.dataset.clear;
    clear.title = list.dataset.saved;
    clear.addEventListener("click", () => { store(path, new Set()); show(); });
    const note = document.createElement("span");
    note.className = "count";
    note.textContent = list.dataset.saved;
    state.append(clear, " ", note);
  }

  show();
  addEventListener("pageshow", show);
}
