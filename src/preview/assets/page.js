// The open page: brought to what the server has, its edited block shown and marked, its pictures and styles swapped.
import { LivePage, loaded } from "./merge.js";
import { block, mark, show } from "./source.js";

const own = document.querySelector("script[data-print]");
const page = new LivePage();
// The site's policy lets no text become HTML but by name; what the preview's own server sends may.
const trusted = window.trustedTypes?.createPolicy("handsel-preview", { createHTML: (html) => html }) ?? { createHTML: (html) => html };

export const standing = own.dataset.standing;
let print = own.dataset.print;
let isBusy = false, isStale = false;

// What the server says about this page; fetches it when it is another than the one shown.
export function follow(event) {
  if (standing !== event.standing && standing !== "found") return location.reload();
  if (event.standing === "found" && event.print !== print) update();
}

async function update() {
  if (isBusy) { isStale = true; return; }
  isBusy = true;
  try {
    do {
      isStale = false;
      const answer = await fetch(location.pathname + location.search, { headers: { accept: "text/html" }, cache: "no-store" });
      if (answer.ok) apply(new DOMParser().parseFromString(trusted.createHTML(await answer.text()), "text/html"));
    } while (isStale);
  } catch {
    // The server is gone; with its return comes word of how the page stands.
  } finally {
    isBusy = false;
  }
}

function apply(next) {
  const script = next.querySelector("script[data-print]");
  if (!script) return location.reload();
  print = script.dataset.print;
  const { elements, mustReload } = page.update(next);
  if (mustReload) return location.reload();
  // For the theme: what it did to the page when that was loaded, it may do to what is new.
  document.dispatchEvent(new CustomEvent("handsel:update", { detail: { elements } }));
  const edited = editedBlock(elements);
  if (edited) {
    show(edited);
    mark(edited);
  }
}

// The first changed block of the writer's text. Around it (lists, the contents, what is related) nobody is led to.
function editedBlock(elements) {
  const hasLines = document.querySelector("main [data-source-line]") !== null;
  for (const element of elements) {
    const found = hasLines ? element.closest("[data-source-line]") : element.closest("main") && block(element);
    if (found?.isConnected) return found;
  }
  return null;
}

// Files that have other bytes under the same address: each is asked for anew, and takes the old one's place when it is there.
export function swapFiles(addresses) {
  const isOne = (url) => { try { return addresses.includes(new URL(url, location.href).pathname); } catch { return false; } };
  const fresh = (url) => { const made = new URL(url, location.href); made.searchParams.set("handsel", Date.now()); return made.href; };
  if ([...document.scripts].some((script) => script.src && isOne(script.src))) return location.reload();
  for (const link of document.querySelectorAll("link[rel=stylesheet]")) {
    if (!isOne(link.href)) continue;
    const next = link.cloneNode();
    next.href = fresh(link.href);
    loaded(next).then(() => { link.href = next.href; loaded(link).then(() => next.remove()); });
    link.after(next);
  }
  for (const image of document.querySelectorAll("img, source, video, audio")) {
    if (image.src && isOne(image.src)) image.src = fresh(image.src);
    if (image.srcset && image.srcset.split(",").some((part) => isOne(part.trim().split(/\s/)[0]))) image.srcset = fresh(image.srcset.split(",")[0].trim().split(/\s/)[0]);
  }
}
