// The search dialog on any page: type, select with the arrow keys, open with Enter, close with Escape.
import { find, indexFor, make, results, summary } from "./view.js";

const RESULTS_MAX = 6;
let dialog;

export async function openDialog(link) {
  dialog ??= await build(link);
  dialog.open();
}

async function build(link) {
  const href = new URL(link.href, location.href);
  const root = new URL("../", href);
  const style = document.querySelector("[data-search][data-style]")?.dataset.style;
  const styleLoaded = style ? load(new URL(style, location.href)) : undefined;
  const index = await indexFor(href);
  await styleLoaded;
  const { texts } = index.language;

  const input = make("input", {
    type: "search", class: "search-input", "aria-label": texts.search_this_site, placeholder: texts.search_this_site,
    autocomplete: "off", autocapitalize: "off", spellcheck: "false", enterkeyhint: "search",
  });
  const close = make("button", { type: "button", class: "search-close", "aria-label": texts.search_close }, "×");
  const list = make("ol", { id: "SearchResults", class: "results plain", "aria-label": texts.search_this_site });
  const status = make("p", { class: "search-status", role: "status" });
  const all = make("a", { class: "search-all", hidden: true });
  all.textContent = texts.search_all;
  const keys = make("p", { class: "search-keys" }, texts.search_keys);
  const box = make("dialog", { class: "search-dialog", "aria-label": texts.search_this_site },
    make("div", { class: "search-bar" }, input, close), status, list, make("div", { class: "search-footer" }, all, keys));
  document.body.append(box);

  let requests = 0, before = null;
  const links = () => [...list.querySelectorAll("a")];

  const ask = async () => {
    const text = input.value, number = requests += 1;
    all.hidden = !text.trim();
    all.href = `${href.pathname}#q=${encodeURIComponent(text.trim())}`;
    if (!text.trim()) { list.replaceChildren(); status.textContent = ""; return; }
    const answer = await find(index, text);
    if (number !== requests) return;
    const shown = answer.found.slice(0, RESULTS_MAX);
    const drawn = results(answer, shown, root, "SearchResult");
    if (!list.childElementCount) {
      // If the list is empty, show the first result without waiting for the others.
      const first = await results(answer, shown.slice(0, 1), root, "SearchResult");
      if (number === requests) list.replaceChildren(...first);
    }
    const items = await drawn;
    if (number !== requests) return;
    list.replaceChildren(...items);
    list.scrollTop = 0;
    list.dataset.query = text;
    status.textContent = summary(answer, text, answer.whole || answer.found.length);
  };
  let asking = Promise.resolve();
  const answerInput = () => { asking = ask().catch(() => location.assign(all.href)); };

  input.addEventListener("input", answerInput);
  // Arrow keys move through the input and the results. Typing returns to the input.
  box.addEventListener("keydown", async (event) => {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const stops = [input, ...links()];
    const now = stops.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && now >= 0) {
      event.preventDefault();
      stops[(now + step + stops.length) % stops.length].focus();
    } else if (event.key === "Enter" && now === 0) {
      event.preventDefault();
      await asking;
      (links()[0] ?? (all.hidden ? input : all)).click();
    } else if (now > 0 && event.key.length === 1) {
      input.focus();
    }
  });
  list.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) box.close();
  });
  close.addEventListener("click", () => box.close());
  box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
  box.addEventListener("close", () => { remember(input.value); if (before?.isConnected) before.focus(); });

  // Restore the last query after the reader comes back to the page.
  input.value = remembered();
  return {
    open() {
      before = document.activeElement === document.body ? null : document.activeElement;
      box.showModal();
      input.select();
      if (input.value && list.dataset.query !== input.value) answerInput();
    },
  };
}

function load(href) {
  const link = make("link", { rel: "stylesheet", href: href.href });
  const loaded = new Promise((done) => { link.addEventListener("load", done); link.addEventListener("error", done); });
  document.head.append(link);
  return loaded;
}

function remember(text) {
  try { sessionStorage.setItem("search", text); } catch { /* The query is then not restored. */ }
}

function remembered() {
  try { return sessionStorage.getItem("search") ?? ""; } catch { return ""; }
}
