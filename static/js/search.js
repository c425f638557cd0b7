// Opens the search from its links, with `/`, and with Ctrl+K or Cmd+K. Its files load only then.
import { areKeysOn } from "./keys.js";

export function enhance(root) {
  const links = [...root.querySelectorAll("[data-search]")];
  const page = root.querySelector("[data-search-page]");
  if (page) import("./search/page.js").then(({ showPage }) => showPage(page));
  if (!links.length) return;

  const open = async (link) => {
    const input = document.querySelector("[data-search-page] input");
    if (input) return input.focus();
    try {
      const { openDialog } = await import("./search/dialog.js");
      await openDialog(link);
    } catch {
      // The search page offers other ways to find pages.
      location.assign(link.href);
    }
  };
  const link = () => root.querySelector("[data-search]");

  root.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-search]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    open(link);
  });
  root.addEventListener("keydown", (event) => {
    const isK = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
    const isSlash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && areKeysOn() && !isTyping(event.target);
    if (!isK && !isSlash || event.defaultPrevented || root.querySelector("dialog[open]")) return;
    event.preventDefault();
    open(link());
  });
}

function isTyping(target) {
  return target.isContentEditable || /^(input|select|textarea)$/i.test(target.tagName);
}
