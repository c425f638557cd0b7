// A comparison weights its criteria as the reader chooses. Every score stays visible, and nothing changes its place.
import { announce, buttons, copy, fill, link, plain, shared, tools } from "./tool-shared.js";

tools("compare", (tool) => {
  const sliders = () => [...tool.querySelectorAll("input[data-key]")];
  const row = (key) => [...tool.querySelectorAll("tr[data-key]")].find((row) => row.dataset.key === key);
  const number = new Intl.NumberFormat(tool.closest("[lang]").lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  // Rounds as the build does: half away from zero.
  const format = (value) => number.format(Math.round(value * 10) / 10);

  function scores() {
    const totals = [...tool.querySelectorAll("[data-total]")].map(() => 0);
    let weights = 0;
    for (const slider of sliders()) {
      const weight = Number(slider.value);
      weights += weight;
      row(slider.dataset.key).querySelectorAll("[data-score]").forEach((cell, at) => { totals[at] += weight * Number(cell.dataset.score); });
    }
    return weights ? totals.map((total) => total / weights) : null;
  }

  function show() {
    tool.querySelector("[data-no-script]").hidden = true;
    const found = scores();
    const best = found && Math.max(...found.map((score) => Math.round(score * 10)));
    const totals = [];
    tool.querySelectorAll("[data-total]").forEach((cell, at) => {
      const isBest = Boolean(found) && Math.round(found[at] * 10) === best;
      cell.querySelector("[data-shown]").textContent = found ? format(found[at]) : "–";
      cell.querySelector("[data-highest]").hidden = !isBest;
      cell.classList.toggle("is-highest", isBest);
      if (found) totals.push(`${cell.dataset.total}: ${format(found[at])}`);
    });
    for (const slider of sliders()) {
      slider.nextElementSibling.textContent = slider.value;
      row(slider.dataset.key).classList.toggle("is-ignored", slider.value === "0");
    }
    return found ? totals.join(", ") : tool.querySelector("[data-words]").dataset.noWeights;
  }

  const isWeight = (text) => /^\d{1,2}$/.test(text ?? "");

  function setWeights(answers) {
    for (const slider of sliders()) {
      const value = answers.get(slider.dataset.key);
      slider.value = isWeight(value) ? value : slider.defaultValue;
    }
  }

  const given = shared(tool);
  if (given.size) setWeights(given);

  tool.addEventListener("input", (event) => {
    if (event.target.dataset.key) announce(tool, show(), 700);
  });

  buttons(tool, {
    reset: () => {
      setWeights(new Map());
      announce(tool, show());
    },
    print: () => print(),
    link: (button) => {
      const changed = sliders().filter((slider) => slider.value !== slider.defaultValue);
      copy(tool, button, link(tool, changed.map((slider) => [slider.dataset.key, slider.value])));
    },
  });
  return show;
});
