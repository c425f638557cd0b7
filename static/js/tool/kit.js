// What checklists, quizzes, decisions and comparisons share: being found, the answers in an address, copying, one polite voice.

// Calls `enhance` for each tool of a type. What it gives back is called again when the live preview changed the page.
export function tools(type, enhance) {
  const known = new Map();
  const all = () => {
    for (const tool of document.querySelectorAll(`[data-tool="${type}"]`)) {
      if (!known.has(tool)) known.set(tool, enhance(tool));
      known.get(tool)();
    }
  };
  all();
  document.addEventListener("handsel:update", all);
}

// The answers in the page's address, as text. A tool inside another page has none: the fragment is that page's own.
export function shared(tool) {
  const answers = new Map();
  const isHere = new URL(tool.dataset.page, location).pathname === location.pathname;
  if (!isHere || location.hash.length > 4000 || !location.hash.includes("=")) return answers;
  for (const [key, value] of new URLSearchParams(location.hash.slice(1))) if (!answers.has(key)) answers.set(key, value);
  return answers;
}

// An address that opens the tool with these answers. They stand behind `#`, which browsers send to nobody.
export function link(tool, answers) {
  const pairs = [...answers].sort(([a], [b]) => (a < b ? -1 : 1)).map((pair) => pair.map(encodeURIComponent).join("="));
  const address = new URL(tool.dataset.page, location);
  address.hash = pairs.join("&");
  return address.href;
}

// Says something to those who hear the page, once what is said has come to rest.
export function say(tool, text, wait = 0) {
  const status = tool.querySelector("[data-status]");
  clearTimeout(status.waiting);
  status.waiting = setTimeout(() => { status.textContent = text; }, wait);
}

// Copies a text, and says so on the button.
export async function copy(tool, button, text) {
  const words = document.body.dataset;
  let said = words.copied;
  try { await navigator.clipboard.writeText(text); } catch { said = words.copyFailed; }
  button.dataset.label ??= button.textContent;
  button.textContent = said;
  say(tool, said);
  clearTimeout(button.waiting);
  button.waiting = setTimeout(() => { button.textContent = button.dataset.label; say(tool, ""); }, 2500);
}

// Fills `{names}` of a phrase.
export const fill = (phrase, values) => phrase.replace(/\{(\w+)\}/g, (all, name) => (Object.hasOwn(values, name) ? values[name] : all));

// The text of an element on one line.
export const plain = (element) => element.textContent.replace(/\s+/g, " ").trim();

// Shows what only a script can do, and gives each button its deed.
export function buttons(tool, deeds) {
  for (const part of tool.querySelectorAll("[data-live]")) part.hidden = false;
  tool.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-do]");
    if (button && tool.contains(button)) deeds[button.dataset.do]?.(button);
  });
}
