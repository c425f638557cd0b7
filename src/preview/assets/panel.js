// What the preview shows over the page: problems, a notice about a deleted or broken page, and short messages. It is in a shadow
// root, so that its styles and the theme's do not affect each other.

const host = document.createElement("handsel-preview");
host.lang = "en";
host.dir = "ltr";
export const root = host.attachShadow({ mode: "open" });

export function element(name, attributes = {}, ...children) {
  const created = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) created.addEventListener(key.slice(2), value);
    else created.setAttribute(key, value === true ? "" : value);
  }
  created.append(...children.filter((child) => child !== null && child !== undefined));
  return created;
}

export const count = (number, noun) => `${number.toLocaleString("en").replaceAll(",", "\u202f")} ${noun}${number === 1 ? "" : "s"}`;

export function remembered(key) {
  try { return localStorage.getItem(`handsel-${key}`); } catch { return null; }
}
export function remember(key, value) {
  try { localStorage.setItem(`handsel-${key}`, value); } catch { /* It then lasts until the page is closed. */ }
}

const message = element("p", { class: "message", role: "status" });
const notice = element("section", { class: "page-notice", "aria-label": "This page", hidden: true });
const list = element("div", { class: "list", id: "list" });
const fold = element("button", { type: "button", class: "fold", "aria-controls": "list", onclick: () => setOpen(list.hidden) });
const title = element("h2", {}, "Problems");
const panel = element("section", { class: "panel", "aria-label": "Problems", hidden: true }, element("header", {}, title, fold), list);
export const dock = element("div", { class: "dock", hidden: true }, message, notice, panel);

let shown = "", last = null, ownPath = null, errorsBefore = 0, openFile = () => {}, isBroken = false;

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
  fold.textContent = isOpen ? "Collapse" : "Show";
  panel.classList.toggle("folded", !isOpen);
}

// Problems of this page come before those of other pages.
export function putFirst(path) {
  ownPath = path;
  if (last) showProblems(last);
}

// Errors open the panel. Warnings stay in the bar until the writer opens it.
export function showProblems(problems) {
  last = problems;
  const text = JSON.stringify([problems, ownPath]);
  if (text === shown) return;
  shown = text;
  const all = problems.errors + problems.warnings;
  title.textContent = [[problems.errors, "error"], [problems.warnings, "warning"]].filter(([number]) => number).map(([number, noun]) => count(number, noun)).join(", ");
  const isOwn = ({ path }) => Number(path !== ownPath);
  list.replaceChildren(...problems.shown.toSorted((a, b) => isOwn(a) - isOwn(b)).map(problem));
  if (all > problems.shown.length) list.append(element("p", { class: "more" }, `… and ${count(all - problems.shown.length, "more problem")}; the terminal and handsel check list them all.`));
  if (problems.errors === 0 && !panel.dataset.asked) panel.hidden = true;
  else if (problems.errors > 0) {
    panel.hidden = false;
    if (errorsBefore === 0) setOpen(true);
  }
  if (all === 0) { panel.hidden = true; delete panel.dataset.asked; }
  errorsBefore = problems.errors;
}

// If the writer opens the panel from the bar, it shows warnings too, until it is closed there.
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
  // The excerpt keeps its columns, so that the caret points to the right place. The help is ordinary text.
  const at = rest.findIndex((line) => /^\s*= /.test(line));
  const excerpt = (at < 0 ? rest : rest.slice(0, at)).filter((line, index, lines) => index < lines.length - 1 || line.trim() !== "|");
  // Each remark begins with "= note:" or "= help:"; the lines below it belong to it.
  const remarks = at < 0 ? [] : rest.slice(at).join("\n").split(/\n\s*= /).map((text) => text.split("\n").map((line) => line.trim()).join(" ").replace(/^= /, ""));
  const help = remarks.map((text) => element("p", { class: "help" }, text));
  const place = path && element("button", { type: "button", class: "place", onclick: () => openFile(path, line) }, `Open ${path}:${line}`);
  return element("article", { class: severity }, element("h3", {}, head), element("pre", { tabindex: 0 }, excerpt.join("\n")), ...help, place);
}

// Says that the page was deleted, or that it has errors and the last good version is shown.
export function showStatus({ status, elsewhere }, isOwnPage) {
  isBroken = status === "broken" && !isOwnPage;
  const isGone = status === "gone" && !isOwnPage;
  notice.hidden = !isGone && !isBroken;
  if (isGone) {
    const near = elsewhere ?? "/";
    notice.replaceChildren(
      element("p", {}, "This page was deleted or moved to another address. This is its last version."),
      element("a", { href: near }, near === "/" ? "Go to the home page" : `Go to its section, ${decodeURI(near)}`),
    );
  } else if (isBroken) {
    notice.replaceChildren(element("p", {}, "This page has errors. This is the last version without them."));
  }
}

let fading = 0;

// Shows a short message, with a text to copy if there is one.
export function showMessage(text, copy) {
  clearTimeout(fading);
  message.replaceChildren(text);
  if (copy) {
    const button = element("button", { type: "button", onclick: async () => {
      try { await navigator.clipboard.writeText(copy); button.textContent = "Copied"; } catch { button.textContent = "Copy it manually"; }
    } }, "Copy");
    message.append(" ", element("code", {}, copy), " ", button);
  }
  message.classList.add("visible");
  fading = setTimeout(() => { message.classList.remove("visible"); message.replaceChildren(); }, copy ? 20000 : 4000);
}
