// What all tools share: finding them, answers in the address, copying, and announcements for screen readers.

// Calls `enhance` for each tool of a type. The function that it returns runs again when the live preview changes the page.
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

// The answers in the page's address, as text. A tool inside another page has none, because the fragment belongs to that page.
export function shared(tool) {
  const answers = new Map();
  const isHere = new URL(tool.dataset.page, location).pathname === location.pathname;
  if (!isHere || location.hash.length > 4000 || !location.hash.includes("=")) return answers;
  for (const [key, value] of new URLSearchParams(location.hash.slice(1))) if (!answers.has(key)) answers.set(key, value);
  return answers;
}

// An address that opens the tool with these answers. They come after `#`, which browsers never send.
export function link(tool, answers) {
  const pairs = [...answers].sort(([a], [b]) => (a < b ? -1 : 1)).map((pair) => pair.map(encodeURIComponent).join("="));
  const address = new URL(tool.dataset.page, location);
  address.hash = pairs.join("&");
  return address.href;
}

// Announces a text to screen readers after a pause.
export function announce(tool, text, wait = 0) {
  const status = tool.querySelector("[data-status]");
  clearTimeout(status.timer);
  status.timer = setTimeout(() => { status.textContent = text; }, wait);
}

// Copies a text and shows the result on the button.
export async function copy(tool, button, text) {
  const words = document.body.dataset;
  let message = words.copied;
  try { await navigator.clipboard.writeText(text); } catch { message = words.copyFailed; }
  button.dataset.label ??= button.textContent;
  button.textContent = message;
  announce(tool, message);
  clearTimeout(button.timer);
  button.timer = setTimeout(() => { button.textContent = button.dataset.label; announce(tool, ""); }, 2500);
}

// Replaces `{names}` in a phrase.
export const fill = (phrase, values) => phrase.replace(/\{(\w+)\}/g, (all, name) => (Object.hasOwn(values, name) ? values[name] : all));

// The text of an element on one line.
export const plain = (element) => element.textContent.replace(/\s+/g, " ").trim();

// Shows the controls that need a script, and connects each button to its action.
export function buttons(tool, actions) {
  for (const part of tool.querySelectorAll("[data-needs-script]")) part.hidden = false;
  tool.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-action]");
    if (button && tool.contains(button)) actions[button.dataset.action]?.(button);
  });
}
