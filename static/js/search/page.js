// The search page. Its address holds the query after `#`, so that results can be shared and reopened without sending the query to
// the host.
import { find, indexFor, make, results, summary } from "./view.js";

const STEP = 20;
// Old addresses may still contain the old names of levels.
const RENAMED = { starter: "beginner", practised: "intermediate", expert: "advanced" };
const FILTERS = ["kind", "topic", "audience", "level", "time"];

export async function showPage(container) {
  const href = new URL(location.href.split(/[?#]/)[0]);
  const root = new URL("../", href);
  let index;
  try { index = await indexFor(href); } catch {
    container.querySelector("[data-search-failed]").hidden = false;
    // Going back or forward tries again.
    addEventListener("popstate", () => location.reload());
    return;
  }
  const { texts } = index.language;
  const input = make("input", { type: "search", id: "SearchInput", autocomplete: "off", autocapitalize: "off", spellcheck: "false", enterkeyhint: "search" });
  const form = make("form", { role: "search", class: "search-form" }, make("label", { for: "SearchInput" }, texts.search_this_site), input);
  const status = make("p", { class: "search-status", role: "status" });
  const filters = make("details", { class: "search-filters", hidden: true }, make("summary", {}, texts.search_filter));
  const list = make("ol", { class: "results plain" });
  const more = make("button", { type: "button", class: "search-more", hidden: true }, texts.search_more);
  container.append(form, status, make("div", { class: "search-columns" }, filters, make("div", {}, list, more)));
  filters.open = matchMedia("(width >= 60rem)").matches;

  let requests = 0, answer, matching = [], shown = 0, facets, titles;
  const state = { text: "", chosen: new Map(FILTERS.map((filter) => [filter, new Set()])) };

  const read = () => {
    // Older addresses use `?q=`.
    const old = new URLSearchParams(location.search);
    const given = old.has("q") ? old : new URLSearchParams(location.hash.slice(1));
    state.text = given.get("q") ?? "";
    for (const filter of FILTERS) state.chosen.set(filter, new Set(given.getAll(filter).map((value) => filter === "level" ? RENAMED[value] ?? value : value)));
    input.value = state.text;
  };
  const write = (isNew) => {
    const given = new URLSearchParams();
    if (state.text.trim()) given.set("q", state.text.trim());
    for (const [filter, values] of state.chosen) for (const value of values) given.append(filter, value);
    const address = `${href.pathname}${given.size ? `#${given}` : ""}`;
    if (address === location.pathname + location.search + location.hash) return;
    history[isNew ? "pushState" : "replaceState"](null, "", address);
  };

  const ask = async () => {
    const number = requests += 1;
    document.body.classList.toggle("has-query", Boolean(state.text.trim()));
    if (!state.text.trim()) { list.replaceChildren(); status.textContent = ""; more.hidden = filters.hidden = true; return; }
    const found = await find(index, state.text);
    if (number !== requests) return;
    answer = found;
    const isNarrowed = [...state.chosen.values()].some((values) => values.size);
    if (isNarrowed) facets = { language: answer.language, all: await answer.language.allFacets() };
    if (number !== requests) return;
    await show(number);
    if (answer.found.length > 1 || isNarrowed) {
      facets = { language: answer.language, all: await answer.language.allFacets() };
      if (number === requests) drawFilters();
    } else filters.hidden = true;
  };

  const show = async (number) => {
    matching = answer.found.filter(({ page }) => matches(page));
    shown = 0;
    titles = new Map();
    const items = await results(answer, matching.slice(0, STEP), root, "SearchResult", titles);
    if (number !== requests) return;
    list.replaceChildren(...items);
    shown = Math.min(STEP, matching.length);
    more.hidden = shown >= matching.length;
    const whole = matching.filter(({ isPartial }) => !isPartial).length;
    status.textContent = summary(answer, state.text, whole || matching.length);
  };

  // Whether a page has one of the chosen values of each filter, except the filter `except`.
  const matches = (page, except) => {
    for (const [filter, values] of state.chosen) {
      if (!values.size || filter === except) continue;
      const own = facets.all.get(page)[filter].map((at) => facets.language.values[filter][at][0]);
      if (!own.some((value) => values.has(value))) return false;
    }
    return true;
  };

  const drawFilters = () => {
    const titles = { kind: texts.search_kind, topic: texts.topics, audience: texts.audience, level: texts.level, time: texts.time };
    // Count the same pages as the line above the results.
    const whole = answer.found.filter(({ isPartial }) => !isPartial);
    const counted = whole.length ? whole : answer.found;
    const groups = [];
    for (const filter of FILTERS) {
      const counts = new Map();
      for (const { page } of counted) {
        if (!matches(page, filter)) continue;
        for (const at of facets.all.get(page)[filter]) counts.set(at, (counts.get(at) ?? 0) + 1);
      }
      const values = facets.language.values[filter].map(([key, title], at) => ({ key, title, count: counts.get(at) ?? 0 }));
      const offered = values.filter(({ key, count }) => count || state.chosen.get(filter).has(key));
      if (!["level", "time"].includes(filter)) offered.sort((a, b) => b.count - a.count || a.title.localeCompare(b.title));
      if (offered.length < 2 && !state.chosen.get(filter).size) continue;
      const boxes = offered.slice(0, 12).map(({ key, title, count }) => {
        const box = make("input", { type: "checkbox", name: filter, value: key });
        box.checked = state.chosen.get(filter).has(key);
        return make("label", {}, box, make("span", {}, title), make("span", { class: "count" }, String(count)));
      });
      groups.push(make("fieldset", {}, make("legend", {}, titles[filter]), ...boxes));
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
    await show(requests);
    drawFilters();
  });
  more.addEventListener("click", async () => {
    const next = matching.slice(shown, shown + STEP);
    const items = await results(answer, next, root, `SearchResult-${shown}`, titles);
    list.append(...items);
    items[0]?.querySelector("a")?.focus();
    shown += next.length;
    more.hidden = shown >= matching.length;
  });
  addEventListener("popstate", () => {
    // A link to an anchor on this page does not change the query.
    if (location.hash && !location.hash.includes("=")) return;
    read();
    ask();
  });

  read();
  if (new URLSearchParams(location.search).has("q")) write(false);
  if (!state.text && !location.hash) input.focus({ preventScroll: true });
  await ask();
}
