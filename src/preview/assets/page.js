// Updates the open page to what the server has, shows and marks the edited block, and replaces images and styles.
import { LivePage, loaded } from "./merge.js";
import { block, mark, show } from "./source.js";

const own = document.querySelector("script[data-hash]");
const page = new LivePage();
// The site's policy allows text to become HTML only through a named policy. This one is for pages from the preview's server.
const trusted = window.trustedTypes?.createPolicy("handsel-preview", { createHTML: (html) => html }) ?? { createHTML: (html) => html };

export const pageStatus = own.dataset.pageStatus;
let hash = own.dataset.hash;
let isBusy = false, isStale = false;

// Handles what the server says about this page, and fetches the page if it differs from the one shown.
export function follow(event) {
  if (pageStatus !== event.status && pageStatus !== "found") return location.reload();
  if (event.status === "found" && event.hash !== hash) update();
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
    // The server has stopped. When it returns, it sends the page's status.
  } finally {
    isBusy = false;
  }
}

function apply(next) {
  const script = next.querySelector("script[data-hash]");
  if (!script) return location.reload();
  hash = script.dataset.hash;
  const { elements, mustReload } = page.update(next);
  if (mustReload) return location.reload();
  // Lets the theme improve the new elements as it did when the page loaded.
  document.dispatchEvent(new CustomEvent("handsel:update", { detail: { elements } }));
  const edited = editedBlock(elements);
  if (edited) {
    show(edited);
    mark(edited);
  }
}

// The first changed block of the writer's text. Changes elsewhere (lists, table of contents, related pages) are not shown.
function editedBlock(elements) {
  const hasLines = document.querySelector("main [data-source-line]") !== null;
  for (const element of elements) {
    const found = hasLines ? element.closest("[data-source-line]") : element.closest("main") && block(element);
    if (found?.isConnected) return found;
  }
  return null;
}

// Fetches files whose bytes have changed and replaces the old ones when they have loaded.
export function swapFiles(addresses) {
  const isChanged = (url) => { try { return addresses.includes(new URL(url, location.href).pathname); } catch { return false; } };
  const fresh = (url) => { const address = new URL(url, location.href); address.searchParams.set("handsel", Date.now()); return address.href; };
  if ([...document.scripts].some((script) => script.src && isChanged(script.src))) return location.reload();
  for (const link of document.querySelectorAll("link[rel=stylesheet]")) {
    if (!isChanged(link.href)) continue;
    const next = link.cloneNode();
    next.href = fresh(link.href);
    loaded(next).then(() => { link.href = next.href; loaded(link).then(() => next.remove()); });
    link.after(next);
  }
  for (const image of document.querySelectorAll("img, source, video, audio")) {
    if (image.src && isChanged(image.src)) image.src = fresh(image.src);
    if (image.srcset && image.srcset.split(",").some((part) => isChanged(part.trim().split(/\s/)[0]))) image.srcset = fresh(image.srcset.split(",")[0].trim().split(/\s/)[0]);
  }
}
