// A decision shows one question at a time, with the answers so far above it. The browser's Back button goes back one step.
import { buttons, copy, link, plain, shared, tools } from "./tool-shared.js";

tools("decision", (tool) => {
  const nodes = () => [...tool.querySelectorAll("[data-node]")];
  const node = (key) => nodes().find((node) => node.dataset.node === key);
  const first = () => phrases.start;
  const phrases = tool.querySelector("[data-words]").dataset;
  const id = tool.id;

  // The keys of the answers so far, from the first question on. Answers that no longer fit are removed.
  let path = [];

  function walk(answers) {
    const steps = [];
    let at = node(first());
    for (const answer of answers) {
      const chosen = at && [...at.querySelectorAll("a[data-answer]")].find((link) => link.dataset.answer === answer);
      if (!chosen) break;
      steps.push({ at, chosen, answer });
      at = node(chosen.dataset.to);
    }
    return { steps, at };
  }

  function show() {
    const { steps, at } = walk(path);
    path = steps.map((step) => step.answer);
    for (const one of nodes()) one.hidden = one !== at;
    const list = tool.querySelector("[data-history]");
    list.firstElementChild.replaceChildren(...steps.map(({ at, chosen }, number) => {
      const item = document.createElement("li");
      const asked = document.createElement("span");
      asked.textContent = plain(at.querySelector("[data-question-title]"));
      const back = document.createElement("button");
      back.type = "button";
      back.dataset.action = "change";
      back.dataset.step = number;
      back.textContent = plain(chosen);
      back.setAttribute("aria-label", `${plain(chosen)}: ${phrases.change}`);
      item.append(asked, " ", back);
      return item;
    }));
    list.hidden = !steps.length;
    for (const button of tool.querySelectorAll("[data-action=back], [data-action=restart]")) button.hidden = !steps.length;
    return at;
  }

  function go(answers) {
    path = answers;
    history.pushState({ ...history.state, [id]: path }, "");
    show().focus();
  }

  tool.addEventListener("click", (event) => {
    const answer = event.target.closest("a[data-answer]");
    if (!answer || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go([...path, answer.dataset.answer]);
  });

  addEventListener("popstate", (event) => {
    const before = event.state?.[id];
    // A link within the page has no answers in its state and changes none.
    if (!Array.isArray(before) || before.join() === path.join()) return;
    path = before;
    show().focus();
  });

  buttons(tool, {
    back: () => go(path.slice(0, -1)),
    restart: () => go([]),
    change: (button) => go(path.slice(0, Number(button.dataset.step))),
    print: () => print(),
    link: (button) => copy(tool, button, link(tool, walk(path).steps.map(({ at, answer }) => [at.dataset.node, answer]))),
  });

  // The answers from the address, or preset by the page around the tool, followed from the first question.
  function follow(answers) {
    const steps = [];
    for (let at = node(first()); at && answers.has(at.dataset.node); at = node(walk(steps).at?.dataset.node)) {
      const before = steps.length;
      steps.push(answers.get(at.dataset.node));
      steps.length = walk(steps).steps.length;
      if (steps.length === before) break;
    }
    return steps;
  }

  const before = history.state?.[id];
  path = Array.isArray(before) ? before : follow(new Map([...new URLSearchParams(phrases.preset), ...shared(tool)]));
  history.replaceState({ ...history.state, [id]: path }, "");
  return show;
});
