// Filters a list at once. The address holds the chosen filters, so that they can be shared. Nothing is stored.
import { isOwn } from "./storage.js";

// Old addresses may still contain the old names of levels.
const RENAMED = { starter: "beginner", practised: "intermediate", expert: "advanced" };
const current = (facet, value) => (facet === "level" && RENAMED[value]) || value;

const isPlainClick = (event) => !(event.ctrlKey || event.metaKey || event.shiftKey || event.button);

export function enhance(root) {
  for (const box of root.querySelectorAll("[data-facets]:not([data-ready])")) {
    box.dataset.ready = "";
    open(box);
  }
}

function open(box) {
  const chosen = new Map();
  const facets = [...box.querySelectorAll("[data-facet]")];
  // Options without a page of their own work only with this script.
  for (const hidden of box.querySelectorAll("[hidden]")) hidden.hidden = false;
  const lists = () => [...document.querySelectorAll("main [data-cards]")];
  const cards = () => lists().flatMap((list) => [...list.children]);
  let pagesLeft = Number(box.dataset.pages) - 1;
  let loading;

  const state = document.createElement("p");
  state.className = "facet-status";
  state.setAttribute("role", "status");
  box.append(state);

  const matches = (card, facet, value) => {
    const own = card.dataset[facet] ?? "";
    return facet === "time" ? Number(own) <= Number(value) : own.split(" ").includes(value);
  };
  const matchesAll = (card, except) => [...chosen].every(([facet, value]) => facet === except || matches(card, facet, value));

  // Fetches the other pages of the list from this site when the reader first chooses a filter.
  async function loadRest() {
    let from = document.querySelector("[data-pagination] [rel=next]")?.href;
    while (pagesLeft > 0 && from && isOwn(from)) {
      const page = await fetchPage(from);
      const more = page?.querySelectorAll("main [data-cards] > li") ?? [];
      lists().at(-1)?.append(...[...more].map((card) => document.importNode(card, true)));
      from = page?.querySelector("[data-pagination] [rel=next]")?.href;
      pagesLeft -= 1;
    }
    document.querySelector("[data-pagination]")?.remove();
  }

  function show() {
    for (const card of cards()) card.hidden = !matchesAll(card);
    for (const facet of facets) {
      const name = facet.dataset.facet;
      for (const option of facet.querySelectorAll("[data-value]")) {
        const count = cards().filter((card) => matchesAll(card, name) && matches(card, name, option.dataset.value)).length;
        option.querySelector(".count").textContent = count;
        option.classList.toggle("is-chosen", chosen.get(name) === option.dataset.value);
        option.setAttribute("aria-pressed", String(chosen.get(name) === option.dataset.value));
        if (option.localName === "a") option.setAttribute("role", "button");
      }
    }
    showStatus();
    const address = new URL(location.href);
    for (const facet of facets) address.searchParams.delete(facet.dataset.facet);
    for (const [facet, value] of chosen) address.searchParams.set(facet, value);
    history.replaceState(history.state, "", address);
  }

  // Shows how many pages match. If none does, offers filters to remove.
  function showStatus() {
    state.replaceChildren();
    if (chosen.size === 0) return;
    const shown = cards().filter((card) => !card.hidden).length;
    state.append(shown ? box.dataset.shown.replace("{count}", shown) : box.dataset.none, " ");
    if (!shown) {
      for (const [facet] of chosen) {
        const count = cards().filter((card) => matchesAll(card, facet)).length;
        if (count) state.append(button(box.dataset.without.replace("{name}", title(facet)).replace("{count}", count), () => chosen.delete(facet)), " ");
      }
    }
    state.append(button(box.dataset.clear, () => chosen.clear()));
  }

  function button(text, action) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = text;
    button.addEventListener("click", () => { action(); show(); });
    return button;
  }

  const title = (facet) => {
    const option = box.querySelector(`[data-facet="${facet}"] [data-value="${CSS.escape(chosen.get(facet))}"]`);
    return option?.firstChild.textContent.trim() ?? chosen.get(facet);
  };

  async function choose(facet, value) {
    if (chosen.get(facet) === value) chosen.delete(facet); else chosen.set(facet, value);
    loading ??= loadRest().catch(() => { /* The cards on this page are filtered all the same. */ });
    await loading;
    show();
  }

  for (const facet of facets) {
    for (const option of facet.querySelectorAll("[data-value]")) {
      option.addEventListener("click", (event) => {
        if (!isPlainClick(event)) return;
        event.preventDefault();
        choose(facet.dataset.facet, option.dataset.value);
      });
    }
  }
  const query = new URL(location.href).searchParams;
  const filters = facets.map((facet) => [facet.dataset.facet, current(facet.dataset.facet, query.get(facet.dataset.facet))]).filter(([, value]) => value);
  filters.reduce((before, [facet, value]) => before.then(() => choose(facet, value)), Promise.resolve());
}

// Fetches a page of this site as a document. The browser parses it, so this script never turns text into markup.
function fetchPage(address) {
  return new Promise((done) => {
    const request = new XMLHttpRequest();
    request.open("GET", address);
    request.responseType = "document";
    request.addEventListener("load", () => done(request.status < 400 ? request.response : null));
    request.addEventListener("error", () => done(null));
    request.send();
  });
}
