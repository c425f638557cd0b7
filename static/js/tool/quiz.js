// A quiz shows the correct answers only after the reader asks to check, and then says what the score means.
import { announce, buttons, copy, fill, link, plain, shared, tools } from "./tool-shared.js";

tools("quiz", (tool) => {
  const questions = () => [...tool.querySelectorAll("[data-question]")];
  const inputs = (question) => [...question.querySelectorAll("input[data-answer]")];
  const chosen = (question) => inputs(question).filter((input) => input.checked).map((input) => input.dataset.answer);
  const right = (question) => inputs(question).filter((input) => input.dataset.right !== undefined).map((input) => input.dataset.answer);
  const phrases = tool.querySelector("[data-words]").dataset;
  let isChecked = false;

  function show() {
    let score = 0;
    for (const question of questions()) {
      const given = chosen(question);
      const isRight = given.length > 0 && given.join() === right(question).join();
      score += isRight;
      const verdict = question.querySelector("[data-verdict]");
      const solution = question.querySelector("[data-solution]");
      verdict.hidden = !isChecked;
      verdict.textContent = given.length ? (isRight ? phrases.right : phrases.wrong) : phrases.open;
      question.classList.toggle("is-right", isChecked && isRight);
      question.classList.toggle("is-wrong", isChecked && !isRight);
      solution.hidden = !isChecked;
      solution.open = isChecked;
    }
    const result = tool.querySelector(".quiz-result");
    result.hidden = !isChecked;
    result.querySelector("[data-points]").textContent = fill(phrases.score, { right: score, total: questions().length });
    const bands = [...tool.querySelectorAll("[data-from]")];
    const reached = bands.filter((band) => Number(band.dataset.from) <= score).at(-1);
    for (const band of bands) band.hidden = band !== reached;
    for (const button of tool.querySelectorAll("[data-action=again]")) button.hidden = !isChecked;
    return result;
  }

  function answers() {
    const given = questions().map((question) => [question.dataset.question, chosen(question).join(".")]);
    return given.filter(([, answer]) => answer);
  }

  function choose(given) {
    for (const question of questions()) {
      const chosenKeys = new Set((given.get(question.dataset.question) ?? "").split("."));
      for (const input of inputs(question)) input.checked = chosenKeys.has(input.dataset.answer);
    }
  }

  const given = shared(tool);
  if (given.size) choose(given);

  tool.addEventListener("change", () => {
    if (!isChecked) return;
    isChecked = false;
    show();
    announce(tool, "");
  });

  buttons(tool, {
    check: () => {
      isChecked = true;
      const result = show();
      result.focus();
      announce(tool, plain(result.querySelector("[data-points]")));
    },
    again: () => {
      isChecked = false;
      choose(new Map());
      show();
      inputs(questions()[0])[0]?.focus();
    },
    print: () => print(),
    link: (button) => copy(tool, button, link(tool, answers())),
  });
  return show;
});
