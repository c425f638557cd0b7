// The page of results. Its address says what was asked, so that it can be shared and come back to: behind the `#`, which browsers
// keep to themselves, so that the host is not told.
import { find, indexFor, make, results, summary } from "./view.js";

const STEP = 20;
// Shared addresses may still hold the old names of levels.
const RENAMED = { starter: "beginner", practised: "intermediate", expert: "advanced" };
const SORTS = ["kind", "topic", "audience", "level", "time"];

export async function showPage(place) {
  const href = new URL(location.href.split(/[?#]/)[0]);
  const root = new URL("../", href);
  let index;
  try { index = await indexFor(href); } catch {
    place.querySelector("[data-search-failed]").hidden = false;
    // Whoever asks from here is given another try.
    addEventListener("popstate", () => location.reload());
    return;
  }
  const { say } = index.language;
  const input = make("input", { type: "search", id: "SearchInput", autocomplete: "off", autocapitalize: "off", spellcheck: "false", enterkeyhint: "search" });
  const form = make("form", { role: "search", class: "search-form" }, make("label", { for: "SearchInput" }, say.search_this_site), input);
  const status = make("p", { class: "search-status", role: "status" });
  const filters = make("details", { class: "search-filters", hidden: true }, make("summary", {}, say.search_narrow));
  const list = make("ol", { class: "results plain" });
  const more = make("button", { type: "button", class: "search-more", hidden: true }, say.search_more);
  place.append(form, status, make("div", { class: "search-columns" }, filters, make("div", {}, list, more)));
  filters.open = matchMedia("(width >= 60rem)").matches;

  let asked = 0, answer, kept = [], shown = 0, facets, titles;
  const state = { text: "", chosen: new Map(SORTS.map((sort) => [sort, new Set()])) };

  const read = () => {
    // Addresses were shared with `?q=` once.
    const old = new URLSearchParams(location.search);
    const given = old.has("q") ? old : new URLSearchParams(location.hash.slice(1));
    state.text = given.get("q") ?? "";
    for (const sort of SORTS) state.chosen.set(sort, new Set(given.getAll(sort).map((value) => sort === "level" ? RENAMED[value] ?? value : value)));
    input.value = state.text;
  };
  const write = (isNew) => {
    const given = new URLSearchParams();
    if (state.text.trim()) given.set("q", state.text.trim());
    for (const [sort, values] of state.chosen) for (const value of values) given.append(sort, value);
    const address = `${href.pathname}${given.size ? `#${given}` : ""}`;
    if (address === location.pathname + location.search + location.hash) return;
    history[isNew ? "pushState" : "replaceState"](null, "", address);
  };

  const ask = async () => {
    const number = asked += 1;
    document.body.classList.toggle("has-query", Boolean(state.text.trim()));
    if (!state.text.trim()) { list.replaceChildren(); status.textContent = ""; more.hidden = filters.hidden = true; return; }
    const found = await find(index, state.text);
    if (number !== asked) return;
    answer = found;
    const isNarrowed = [...state.chosen.values()].some((values) => values.size);
    if (isNarrowed) facets = { language: answer.language, all: await answer.language.allFacets() };
    if (number !== asked) return;
    await show(number);
    if (answer.found.length > 1 || isNarrowed) {
      facets = { language: answer.language, all: await answer.language.allFacets() };
      if (number === asked) drawFilters();
    } else filters.hidden = true;
  };

  const show = async (number) => {
    kept = answer.found.filter(({ page }) => fits(page));
    shown = 0;
    titles = new Map();
    const items = await results(answer, kept.slice(0, STEP), root, "SearchResult", titles);
    if (number !== asked) return;
    list.replaceChildren(...items);
    shown = Math.min(STEP, kept.length);
    more.hidden = shown >= kept.length;
    const whole = kept.filter(({ isPartial }) => !isPartial).length;
    status.textContent = summary(answer, state.text, whole || kept.length);
  };

  // A page fits when of each sort it has one of the values that were chosen. `but` is a sort that does not count.
  const fits = (page, but) => {
    for (const [sort, values] of state.chosen) {
      if (!values.size || sort === but) continue;
      const own = facets.all.get(page)[sort].map((at) => facets.language.values[sort][at][0]);
      if (!own.some((value) => values.has(value))) return false;
    }
    return true;
  };

  const drawFilters = () => {
    const titles = { kind: say.search_kind, topic: say.topics, audience: say.for_whom, level: say.level, time: say.time };
    // What is counted is what the line above the results counts.
    const whole = answer.found.filter(({ isPartial }) => !isPartial);
    const counted = whole.length ? whole : answer.found;
    const groups = [];
    for (const sort of SORTS) {
      const counts = new Map();
      for (const { page } of counted) {
        if (!fits(page, sort)) continue;
        for (const at of facets.all.get(page)[sort]) counts.set(at, (counts.get(at) ?? 0) + 1);
      }
      const values = facets.language.values[sort].map(([key, title], at) => ({ key, title, count: counts.get(at) ?? 0 }));
      const offered = values.filter(({ key, count }) => count || state.chosen.get(sort).has(key));
      if (!["level", "time"].includes(sort)) offered.sort((a, b) => b.count - a.count || a.title.localeCompare(b.title));
      if (offered.length < 2 && !state.chosen.get(sort).size) continue;
      const boxes = offered.slice(0, 12).map(({ key, title, count }) => {
        const box = make("input", { type: "checkbox", name: sort, value: key });
        box.checked = state.chosen.get(sort).has(key);
        return make("label", {}, box, make("span", {}, title), make("span", { class: "count" }, String(count)));
      });
      groups.push(make("fieldset", {}, make("legend", {}, titles[sort]), ...boxes));
    }
    const focused = document.activeElement?.closest?.(".search-filters") ? [document.activeElement.name, document.activeElement.value] : null;
    filters.replaceChildren(filters.firstElementChild, ...groups);
    filters.hidden = !groups.length;
    if (focused) filters.querySelector(`input[name="${focused[0]}"][value="${CSS.escape(focused[1])}"]`)?.focus();
  };

  form.addEventListener("submit", (event) => { event.preventDefault(); write(true); });
  input.addEventListener("input", () => { state.text = input.value; write(false); ask(); });
  filters.addEventListener("change", async ({ target }) => {
    const values = state.chosen.get(target.name);
    if (target.checked) values.add(target.value); else values.delete(target.value);
    write(true);
    await show(asked);
    drawFilters();
  });
  more.addEventListener("click", async () => {
    const next = kept.slice(shown, shown + STEP);
    const items = await results(answer, next, root, `SearchResult-${shown}`, titles);
    list.append(...items);
    items[0]?.querySelector("a")?.focus();
    shown += next.length;
    more.hidden = shown >= kept.length;
  });
  addEventListener("popstate", () => {
    // A link to a place on this page asks nothing new.
    if (location.hash && !location.hash.includes("=")) return;
    read();
    ask();
  });

  read();
  if (new URLSearchParams(location.search).has("q")) write(false);
  if (!state.text && !location.hash) input.focus({ preventScroll: true });
  await ask();
}
