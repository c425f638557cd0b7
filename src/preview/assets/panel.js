// What the preview says over the page: problems, a page that is gone, short words. It stands in a shadow root, so that neither
// the theme's style nor ours reaches the other.

const host = document.createElement("handsel-preview");
host.lang = "en";
host.dir = "ltr";
export const root = host.attachShadow({ mode: "open" });

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export const count = (number, noun) => `${number.toLocaleString("en").replaceAll(",", "\u202f")} ${noun}${number === 1 ? "" : "s"}`;

export function remembered(key) {
  try { return localStorage.getItem(`handsel-${key}`); } catch { return null; }
}
export function remember(key, value) {
  try { localStorage.setItem(`handsel-${key}`, value); } catch { /* It then lasts as long as the page. */ }
}

const words = element("p", { class: "words", role: "status" });
const gone = element("section", { class: "gone", "aria-label": "This page", hidden: true });
const list = element("div", { class: "list", id: "list" });
const fold = element("button", { type: "button", class: "fold", "aria-controls": "list", onclick: () => setOpen(list.hidden) });
const title = element("h2", {}, "Problems");
const panel = element("section", { class: "panel", "aria-label": "Problems", hidden: true }, element("header", {}, title, fold), list);
export const dock = element("div", { class: "dock", hidden: true }, words, gone, panel);

let shown = "", last = null, own = null, errorsBefore = 0, openFile = () => {}, isBroken = false;

export function begin(open) {
  openFile = open;
  const style = element("link", { rel: "stylesheet", href: "/_handsel/preview.css" });
  style.addEventListener("load", () => { dock.hidden = false; });
  root.append(style, dock);
  document.documentElement.append(host);
}

function setOpen(isOpen) {
  list.hidden = !isOpen;
  fold.setAttribute("aria-expanded", isOpen);
  fold.textContent = isOpen ? "Fold" : "Show";
  panel.classList.toggle("folded", !isOpen);
}

// The problems of this page come before those of others.
export function putFirst(path) {
  own = path;
  if (last) showProblems(last);
}

// Errors open the panel; warnings wait in the bar until somebody asks.
export function showProblems(told) {
  last = told;
  const text = JSON.stringify([told, own]);
  if (text === shown) return;
  shown = text;
  const all = told.errors + told.warnings;
  title.textContent = [[told.errors, "error"], [told.warnings, "warning"]].filter(([number]) => number).map(([number, noun]) => count(number, noun)).join(", ");
  const isOwn = ({ path }) => Number(path !== own);
  list.replaceChildren(...told.shown.toSorted((a, b) => isOwn(a) - isOwn(b)).map(problem));
  if (all > told.shown.length) list.append(element("p", { class: "more" }, `… and ${count(all - told.shown.length, "more problem")}; the terminal and handsel check have them all.`));
  if (told.errors === 0 && !panel.dataset.asked) panel.hidden = true;
  else if (told.errors > 0) {
    panel.hidden = false;
    if (errorsBefore === 0) setOpen(true);
  }
  if (all === 0) { panel.hidden = true; delete panel.dataset.asked; }
  errorsBefore = told.errors;
}

// Opened from the bar, the panel shows warnings too, until it is folded there again.
export function toggleProblems() {
  const isShown = !panel.hidden && !list.hidden;
  if (isShown && errorsBefore === 0) { panel.hidden = true; delete panel.dataset.asked; return; }
  panel.hidden = false;
  panel.dataset.asked = "yes";
  setOpen(!isShown);
  if (!isShown) fold.focus();
}

function problem({ severity, path, line, drawing }) {
  const [head, ...rest] = drawing.split("\n");
  // The excerpt keeps its columns, so that the caret points; help is a text like any other.
  const at = rest.findIndex((line) => /^\s*= /.test(line));
  const excerpt = (at < 0 ? rest : rest.slice(0, at)).filter((line, index, lines) => index < lines.length - 1 || line.trim() !== "|");
  const help = at < 0 ? null : element("p", { class: "help" }, rest.slice(at).map((line) => line.trim().replace(/^= /, "")).join(" "));
  const place = path && element("button", { type: "button", class: "place", onclick: () => openFile(path, line) }, `Open ${path}:${line}`);
  return element("article", { class: severity }, element("h3", {}, head), element("pre", { tabindex: 0 }, excerpt.join("\n")), help, place);
}

// The page's file is gone, or cannot be made any more while the last good one is shown.
export function showStanding({ standing, elsewhere }, isOwnPage) {
  isBroken = standing === "broken" && !isOwnPage;
  const isGone = standing === "gone" && !isOwnPage;
  gone.hidden = !isGone && !isBroken;
  if (isGone) {
    const near = elsewhere ?? "/";
    gone.replaceChildren(
      element("p", {}, "This page was deleted, or moved to another address. You see it as it was."),
      element("a", { href: near }, near === "/" ? "Go to the home page" : `Go to its section, ${decodeURI(near)}`),
    );
  } else if (isBroken) {
    gone.replaceChildren(element("p", {}, "This page cannot be made as it is now. You see it as it was last."));
  }
}

let fading = 0;

// A short word, with something to copy where there is.
export function tell(message, copy) {
  clearTimeout(fading);
  words.replaceChildren(message);
  if (copy) {
    const button = element("button", { type: "button", onclick: async () => {
      try { await navigator.clipboard.writeText(copy); button.textContent = "Copied"; } catch { button.textContent = "Copy it by hand"; }
    } }, "Copy");
    words.append(" ", element("code", {}, copy), " ", button);
  }
  words.classList.add("said");
  fading = setTimeout(() => { words.classList.remove("said"); words.replaceChildren(); }, copy ? 20000 : 4000);
}
