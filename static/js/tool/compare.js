// A comparison weighs by what matters to the reader. Every score stays in sight, and nothing changes its place.
import { buttons, copy, fill, link, plain, say, shared, tools } from "./kit.js";

tools("compare", (tool) => {
  const sliders = () => [...tool.querySelectorAll("input[data-key]")];
  const row = (key) => [...tool.querySelectorAll("tr[data-key]")].find((row) => row.dataset.key === key);
  const number = new Intl.NumberFormat(tool.closest("[lang]").lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  // As the build rounds: half away from zero.
  const shown = (value) => number.format(Math.round(value * 10) / 10);

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
    tool.querySelector("[data-not-live]").hidden = true;
    const found = scores();
    const best = found && Math.max(...found.map((score) => Math.round(score * 10)));
    const told = [];
    tool.querySelectorAll("[data-total]").forEach((cell, at) => {
      const isBest = Boolean(found) && Math.round(found[at] * 10) === best;
      cell.querySelector("[data-shown]").textContent = found ? shown(found[at]) : "–";
      cell.querySelector("[data-most]").hidden = !isBest;
      cell.classList.toggle("is-most", isBest);
      if (found) told.push(`${cell.dataset.total}: ${shown(found[at])}`);
    });
    for (const slider of sliders()) {
      slider.nextElementSibling.textContent = slider.value;
      row(slider.dataset.key).classList.toggle("is-unweighed", slider.value === "0");
    }
    return found ? told.join(", ") : tool.querySelector("[data-words]").dataset.unweighed;
  }

  const isWeight = (text) => /^\d{1,2}$/.test(text ?? "");

  function weigh(given) {
    for (const slider of sliders()) {
      const value = given.get(slider.dataset.key);
      slider.value = isWeight(value) ? value : slider.defaultValue;
    }
  }

  const given = shared(tool);
  if (given.size) weigh(given);

  tool.addEventListener("input", (event) => {
    if (event.target.dataset.key) say(tool, show(), 700);
  });

  buttons(tool, {
    reset: () => {
      weigh(new Map());
      say(tool, show());
    },
    print: () => print(),
    link: (button) => {
      const changed = sliders().filter((slider) => slider.value !== slider.defaultValue);
      copy(tool, button, link(tool, changed.map((slider) => [slider.dataset.key, slider.value])));
    },
  });
  return show;
});
