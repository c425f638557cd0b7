// The search over any page: type, choose with the arrows, open with Enter, leave with Escape.
import { find, indexFor, make, results, summary } from "./view.js";

const SHOWN = 6;
let dialog;

export async function openDialog(link) {
  dialog ??= await build(link);
  dialog.open();
}

async function build(link) {
  const href = new URL(link.href, location.href);
  const root = new URL("../", href);
  const style = document.querySelector("[data-search][data-style]")?.dataset.style;
  const styled = style ? load(new URL(style, location.href)) : undefined;
  const index = await indexFor(href);
  await styled;
  const { say } = index.language;

  const input = make("input", {
    type: "search", class: "search-input", "aria-label": say.search_this_site, placeholder: say.search_this_site,
    autocomplete: "off", autocapitalize: "off", spellcheck: "false", enterkeyhint: "search",
  });
  const close = make("button", { type: "button", class: "search-close", "aria-label": say.search_close }, "×");
  const list = make("ol", { id: "SearchResults", class: "results plain", "aria-label": say.search_this_site });
  const status = make("p", { class: "search-status", role: "status" });
  const all = make("a", { class: "search-all", hidden: true });
  all.textContent = say.search_all;
  const keys = make("p", { class: "search-keys" }, say.search_keys);
  const box = make("dialog", { class: "search-dialog", "aria-label": say.search_this_site },
    make("div", { class: "search-bar" }, input, close), status, list, make("div", { class: "search-foot" }, all, keys));
  document.body.append(box);

  let asked = 0, before = null;
  const links = () => [...list.querySelectorAll("a")];

  const ask = async () => {
    const text = input.value, number = asked += 1;
    all.hidden = !text.trim();
    all.href = `${href.pathname}#q=${encodeURIComponent(text.trim())}`;
    if (!text.trim()) { list.replaceChildren(); status.textContent = ""; return; }
    const answer = await find(index, text);
    if (number !== asked) return;
    const shown = answer.found.slice(0, SHOWN);
    const drawn = results(answer, shown, root, "SearchResult");
    if (!list.childElementCount) {
      // Where nothing stands yet, the first need not wait for the texts of the others.
      const first = await results(answer, shown.slice(0, 1), root, "SearchResult");
      if (number === asked) list.replaceChildren(...first);
    }
    const items = await drawn;
    if (number !== asked) return;
    list.replaceChildren(...items);
    list.scrollTop = 0;
    list.dataset.query = text;
    status.textContent = summary(answer, text, answer.whole || answer.found.length);
  };
  let asking = Promise.resolve();
  const answerInput = () => { asking = ask().catch(() => location.assign(all.href)); };

  input.addEventListener("input", answerInput);
  // Arrows go through input and results; whoever types on goes on in the input.
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

  // Who comes back to the page finds what was typed.
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
  try { sessionStorage.setItem("search", text); } catch { /* Then it is typed again. */ }
}

function remembered() {
  try { return sessionStorage.getItem("search") ?? ""; } catch { return ""; }
}
