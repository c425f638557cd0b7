// A decision asks one question at a time. The way taken stands above it, and the browser's own Back goes a step back.
import { buttons, copy, link, plain, shared, tools } from "./kit.js";

tools("decision", (tool) => {
  const nodes = () => [...tool.querySelectorAll("[data-node]")];
  const node = (key) => nodes().find((node) => node.dataset.node === key);
  const first = () => phrases.start;
  const phrases = tool.querySelector("[data-words]").dataset;
  const id = tool.id;

  // The way: the keys of the answers given so far, from the first question on. What no longer fits is cut off.
  let way = [];

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
    const { steps, at } = walk(way);
    way = steps.map((step) => step.answer);
    for (const one of nodes()) one.hidden = one !== at;
    const list = tool.querySelector("[data-way]");
    list.firstElementChild.replaceChildren(...steps.map(({ at, chosen }, number) => {
      const item = document.createElement("li");
      const asked = document.createElement("span");
      asked.textContent = plain(at.querySelector("[data-ask]"));
      const back = document.createElement("button");
      back.type = "button";
      back.dataset.do = "change";
      back.dataset.step = number;
      back.textContent = plain(chosen);
      back.setAttribute("aria-label", `${plain(chosen)}: ${phrases.change}`);
      item.append(asked, " ", back);
      return item;
    }));
    list.hidden = !steps.length;
    for (const button of tool.querySelectorAll("[data-do=back], [data-do=restart]")) button.hidden = !steps.length;
    return at;
  }

  function go(answers) {
    way = answers;
    history.pushState({ ...history.state, [id]: way }, "");
    show().focus();
  }

  tool.addEventListener("click", (event) => {
    const answer = event.target.closest("a[data-answer]");
    if (!answer || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go([...way, answer.dataset.answer]);
  });

  addEventListener("popstate", (event) => {
    const before = event.state?.[id];
    // A link within the page has no way in its state, and changes none.
    if (!Array.isArray(before) || before.join() === way.join()) return;
    way = before;
    show().focus();
  });

  buttons(tool, {
    back: () => go(way.slice(0, -1)),
    restart: () => go([]),
    change: (button) => go(way.slice(0, Number(button.dataset.step))),
    print: () => print(),
    link: (button) => copy(tool, button, link(tool, walk(way).steps.map(({ at, answer }) => [at.dataset.node, answer]))),
  });

  // The way that an address or the page around the tool gives: answers by question, followed from the start.
  function given(answers) {
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
  way = Array.isArray(before) ? before : given(new Map([...new URLSearchParams(phrases.given), ...shared(tool)]));
  history.replaceState({ ...history.state, [id]: way }, "");
  return show;
});
