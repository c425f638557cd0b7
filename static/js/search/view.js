// Builds elements for results. Text from pages is always inserted as text, never as HTML.
import { excerpt, marked } from "./excerpt.js";
import { openIndex } from "./index.js";
import { search } from "./rank.js";

let opened;

// The index of the page's language, or of the site's first language. `href` is the address of the search page.
export function indexFor(href) {
  opened ??= openIndex(new URL("index/", href)).catch((error) => { opened = undefined; throw error; });
  return opened.then((languages) => {
    const code = document.documentElement.lang.split(/[-_]/)[0].toLowerCase();
    const language = languages.get(code) ?? languages.values().next().value;
    language.warm();
    return { language, languages };
  });
}

// Searches in the page's language, and in the others if nothing is found.
export async function find({ language, languages }, text) {
  const own = await search(language, text);
  if (own.found.length || languages.size === 1) return { ...own, language };
  for (const other of languages.values()) {
    const answer = other === language ? own : await search(other, text);
    if (answer.found.length) return { ...answer, language: other };
  }
  return { ...own, language };
}

export function fill(text, names) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => names[name] ?? whole);
}

export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

function pieces(parent, list) {
  for (const { text, isMarked } of list) parent.append(isMarked ? make("mark", {}, text) : text);
  return parent;
}

// One result: its title, its address and why it was found. `root` is the site's home address.
export async function result(answer, { page, section }, root, id, titles) {
  const { address, kind, sections } = await answer.language.page(page);
  const title = sections[0].heading;
  const found = sections[section] ?? sections[0];
  const path = [];
  for (const { level, heading } of sections.slice(1, section + 1)) {
    while (path.length && path.at(-1).level >= level) path.pop();
    path.push({ level, heading });
  }
  const link = make("a", { href: new URL(address, root).href + (section && found.anchor ? `#${encodeURIComponent(found.anchor)}` : ""), id });
  pieces(link, marked(title, answer.words));
  const item = make("li", { class: "result" }, link);
  const about = make("p", { class: "result-path" });
  if (kind) about.append(make("span", {}, kind));
  for (const { heading } of path.filter(({ heading }) => heading)) about.append(pieces(make("span", {}), marked(heading, answer.words)));
  distinguish(titles, title, address, () => {
    about.prepend(make("span", { class: "result-address" }, plain(address)));
    link.after(about);
  });
  if (about.childElementCount) link.after(about);
  if (found.text) item.append(pieces(make("p", { class: "result-text" }), excerpt(found.text, answer.words)));
  if (answer.language.code !== document.documentElement.lang.split(/[-_]/)[0].toLowerCase()) item.lang = answer.language.code;
  return item;
}

// Pages with the same title show their addresses, this one and the first one with the title.
function distinguish(titles, title, address, show) {
  const first = titles.get(title);
  if (!first) { titles.set(title, { address, show }); return; }
  if (first.address === address) return;
  first.show?.();
  first.show = undefined;
  show();
}

// The address as readers write it, without percent encoding.
function plain(address) {
  const path = address.replace(/\/$/, "");
  try { return decodeURIComponent(path); } catch { return path; }
}

// The results as list items. Results with only some of the words follow a heading that says so. `titles` holds the titles of earlier
// results in the same list.
export async function results(answer, found, root, prefix, titles = new Map()) {
  const items = await Promise.all(found.map((one, at) => result(answer, one, root, `${prefix}-${at + 1}`, titles)));
  const first = found.findIndex(({ isPartial }) => isPartial);
  if (first >= 0) items.splice(first, 0, make("li", { class: "result-group" }, answer.language.texts.search_some));
  return items;
}

// The status line: the number of results, or that nothing was found.
export function summary(answer, text, count) {
  const { texts } = answer.language;
  if (!count) return `${fill(texts.search_none, { query: text.trim() })} ${texts.search_none_help}`;
  const alike = answer.alike.map(([word, alike]) => fill(texts.search_similar, { word, alike }));
  return [...alike, fill(texts.search_results, { count })].join(" ");
}
