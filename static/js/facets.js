// Narrows a list down at once. What is chosen stands in the address, so that it can be shared; nothing is stored.
import { isOwn } from "./store.js";

// Shared addresses may still hold the old names of levels.
const RENAMED = { starter: "beginner", practised: "intermediate", expert: "advanced" };
const current = (facet, value) => (facet === "level" && RENAMED[value]) || value;

const plain = (event) => !(event.ctrlKey || event.metaKey || event.shiftKey || event.button);

export function enhance(root) {
  for (const box of root.querySelectorAll("[data-facets]:not([data-ready])")) {
    box.dataset.ready = "";
    open(box);
  }
}

function open(box) {
  const chosen = new Map();
  const facets = [...box.querySelectorAll("[data-facet]")];
  // What has no list of its own needs this script.
  for (const hidden of box.querySelectorAll("[hidden]")) hidden.hidden = false;
  const lists = () => [...document.querySelectorAll("main [data-cards]")];
  const cards = () => lists().flatMap((list) => [...list.children]);
  let rest = Number(box.dataset.pages) - 1;
  let loading;

  const state = document.createElement("p");
  state.className = "facet-state";
  state.setAttribute("role", "status");
  box.append(state);

  const fits = (card, facet, value) => {
    const own = card.dataset[facet] ?? "";
    return facet === "time" ? Number(own) <= Number(value) : own.split(" ").includes(value);
  };
  const fitsAll = (card, but) => [...chosen].every(([facet, value]) => facet === but || fits(card, facet, value));

  // The other pages of the list are fetched once, from this site, when the first choice is made.
  async function loadRest() {
    let from = document.querySelector("[data-pagination] [rel=next]")?.href;
    while (rest > 0 && from && isOwn(from)) {
      const page = await fetchPage(from);
      const more = page?.querySelectorAll("main [data-cards] > li") ?? [];
      lists().at(-1)?.append(...[...more].map((card) => document.importNode(card, true)));
      from = page?.querySelector("[data-pagination] [rel=next]")?.href;
      rest -= 1;
    }
    document.querySelector("[data-pagination]")?.remove();
  }

  function show() {
    for (const card of cards()) card.hidden = !fitsAll(card);
    for (const facet of facets) {
      const name = facet.dataset.facet;
      for (const option of facet.querySelectorAll("[data-value]")) {
        const count = cards().filter((card) => fitsAll(card, name) && fits(card, name, option.dataset.value)).length;
        option.querySelector(".count").textContent = count;
        option.classList.toggle("is-chosen", chosen.get(name) === option.dataset.value);
        option.setAttribute("aria-pressed", String(chosen.get(name) === option.dataset.value));
        if (option.localName === "a") option.setAttribute("role", "button");
      }
    }
    tell();
    const address = new URL(location.href);
    for (const facet of facets) address.searchParams.delete(facet.dataset.facet);
    for (const [facet, value] of chosen) address.searchParams.set(facet, value);
    history.replaceState(history.state, "", address);
  }

  // How many fit; where none does, what to give up.
  function tell() {
    state.replaceChildren();
    if (chosen.size === 0) return;
    const shown = cards().filter((card) => !card.hidden).length;
    state.append(shown ? box.dataset.shown.replace("{count}", shown) : box.dataset.none, " ");
    if (!shown) {
      for (const [facet] of chosen) {
        const count = cards().filter((card) => fitsAll(card, facet)).length;
        if (count) state.append(button(box.dataset.without.replace("{name}", title(facet)).replace("{count}", count), () => chosen.delete(facet)), " ");
      }
    }
    state.append(button(box.dataset.clear, () => chosen.clear()));
  }

  function button(text, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.addEventListener("click", () => { act(); show(); });
    return made;
  }

  const title = (facet) => {
    const option = box.querySelector(`[data-facet="${facet}"] [data-value="${CSS.escape(chosen.get(facet))}"]`);
    return option?.firstChild.textContent.trim() ?? chosen.get(facet);
  };

  async function choose(facet, value) {
    if (chosen.get(facet) === value) chosen.delete(facet); else chosen.set(facet, value);
    loading ??= loadRest().catch(() => { /* What is on this page is narrowed down all the same. */ });
    await loading;
    show();
  }

  for (const facet of facets) {
    for (const option of facet.querySelectorAll("[data-value]")) {
      option.addEventListener("click", (event) => {
        if (!plain(event)) return;
        event.preventDefault();
        choose(facet.dataset.facet, option.dataset.value);
      });
    }
  }
  const asked = new URL(location.href).searchParams;
  const wanted = facets.map((facet) => [facet.dataset.facet, current(facet.dataset.facet, asked.get(facet.dataset.facet))]).filter(([, value]) => value);
  wanted.reduce((before, [facet, value]) => before.then(() => choose(facet, value)), Promise.resolve());
}

// A page of this site as a document; the browser parses it, so that no text becomes markup here.
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
