// Keyboard shortcuts: a letter follows a link or moves to a list, and `?` lists them all. Readers who use speech input, or press
// keys by accident, can turn single-key shortcuts off (WCAG 2.2, 2.1.4).
import { remember, remembered } from "./storage.js";

export const areKeysOn = () => remembered("keys") !== "off";

export function enhance(root) {
  const dialog = root.querySelector("#Keys");
  const opener = root.querySelector("[data-keys]");
  if (!dialog?.showModal || !opener) return;
  for (const line of dialog.querySelectorAll("[data-list]")) line.hidden = !root.getElementById(line.dataset.list);
  const isOn = dialog.querySelector("[data-keys-on]");
  isOn.checked = areKeysOn();
  isOn.addEventListener("change", () => remember("keys", isOn.checked ? null : "off"));
  opener.hidden = false;
  opener.addEventListener("click", () => dialog.showModal());
  dialog.addEventListener("click", ({ target }) => { if (target === dialog || target.closest("a")) dialog.close(); });
  root.addEventListener("keydown", (event) => { if (isShortcut(event) && areKeysOn() && press(event.key, root, dialog)) event.preventDefault(); });
}

function isShortcut(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return false;
  const target = event.composedPath()[0];
  return !(target instanceof Element && target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], dialog[open]"));
}

function press(key, root, dialog) {
  if (root.querySelector("dialog[open]")) return false;
  if (key === "?") { dialog.showModal(); return true; }
  const list = { c: "Toc", s: "SectionNav", m: "Menu" }[key];
  if (list) return goTo(root.getElementById(list));
  const link = [...dialog.querySelectorAll("[data-key]")].find((link) => link.dataset.key === key);
  link?.click();
  return link !== undefined;
}

// Opens a list if it is closed, and moves the focus to the reader's place in it.
function goTo(list) {
  if (!list) return false;
  if (getComputedStyle(list).display === "none") list.showPopover();
  (list.querySelector("[aria-current]") ?? list.querySelector("a"))?.focus();
  return true;
}
