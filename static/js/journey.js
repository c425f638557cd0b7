// Progress on a path. Kept on this device only, from the first step that the reader ticks off or goes on from; shown, and forgotten
// with one press.
import { isOwn, remember, remembered } from "./store.js";

const key = (path) => `path:${path}`;

function done(path) {
  try { return new Set(JSON.parse(remembered(key(path)) ?? "[]")); } catch { return new Set(); }
}

function keep(path, steps) {
  remember(key(path), steps.size ? JSON.stringify([...steps]) : null);
}

export function enhance(root) {
  for (const nav of root.querySelectorAll("[data-on-path]:not([data-ready])")) {
    nav.dataset.ready = "";
    nav.querySelector("[data-go-on]").addEventListener("click", () => {
      keep(nav.dataset.onPath, done(nav.dataset.onPath).add(nav.dataset.step));
    });
  }
  for (const journey of root.querySelectorAll("[data-journey]:not([data-ready])")) {
    journey.dataset.ready = "";
    open(journey);
  }
}

function open(journey) {
  const path = journey.dataset.journey;
  const steps = [...journey.querySelectorAll("li[data-step]")];
  const boxes = steps.map((step) => {
    const label = document.createElement("label");
    const box = document.createElement("input");
    box.type = "checkbox";
    box.addEventListener("change", () => {
      const now = done(path);
      if (box.checked) now.add(step.dataset.step); else now.delete(step.dataset.step);
      keep(path, now);
      show();
    });
    label.className = "step-done";
    label.append(box, ` ${journey.dataset.done}`);
    step.append(label);
    return box;
  });
  const state = document.createElement("p");
  state.className = "journey-state";
  state.setAttribute("role", "status");
  state.hidden = true;
  journey.querySelector("ol").before(state);

  function show() {
    const now = done(path);
    steps.forEach((step, at) => {
      boxes[at].checked = now.has(step.dataset.step);
      step.classList.toggle("is-done", boxes[at].checked);
    });
    const open = steps.filter((step) => !now.has(step.dataset.step));
    const next = open.find((step) => !("optional" in step.dataset)) ?? open[0];
    // The step to go on with counts, even where it is optional.
    const left = open.filter((step) => step === next || !("optional" in step.dataset)).reduce((sum, step) => sum + Number(step.dataset.minutes), 0);
    state.hidden = now.size === 0;
    state.replaceChildren();
    if (state.hidden) return;
    if (next) {
      const link = document.createElement("a");
      if (isOwn(next.dataset.step)) link.href = next.dataset.step;
      link.textContent = next.querySelector("a").textContent;
      state.append(`${journey.dataset.goOn} `, link, ` · ${journey.dataset.left.replace("{minutes}", left)} · `);
    } else {
      state.append(`${journey.dataset.allDone} · `);
    }
    const forget = document.createElement("button");
    forget.type = "button";
    forget.textContent = journey.dataset.forget;
    forget.title = journey.dataset.kept;
    forget.addEventListener("click", () => { keep(path, new Set()); show(); });
    const note = document.createElement("span");
    note.className = "count";
    note.textContent = journey.dataset.kept;
    state.append(forget, " ", note);
  }

  show();
  addEventListener("pageshow", show);
}
