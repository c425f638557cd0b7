// Fetches a page ahead when a reader seems to be about to go there. Not where data are to be saved, and not in the live
// preview, where a page that was fetched ahead could be an old one.
const fetched = new Set([location.pathname]);
const AT_MOST = 20, WAIT_MS = 80;

export function enhance(root) {
  const { connection } = navigator;
  const isDear = connection?.saveData || /2g/.test(connection?.effectiveType ?? "") || matchMedia("(prefers-reduced-data: reduce)").matches;
  if (isDear || root.querySelector("script[data-standing]") || !document.createElement("link").relList?.supports("prefetch")) return;
  let waiting;
  const soon = ({ target }) => {
    clearTimeout(waiting);
    const link = target.closest?.("a[href]");
    if (link) waiting = setTimeout(() => fetchAhead(link), WAIT_MS);
  };
  root.addEventListener("pointerover", soon, { passive: true });
  root.addEventListener("focusin", soon);
  root.addEventListener("touchstart", ({ target }) => { const link = target.closest("a[href]"); if (link) fetchAhead(link); }, { passive: true });
}

function fetchAhead({ href, origin, pathname, search }) {
  const isPage = origin === location.origin && !search && /(\/|\.html)$/.test(pathname);
  if (!isPage || fetched.has(pathname) || fetched.size > AT_MOST) return;
  fetched.add(pathname);
  const link = document.createElement("link");
  link.rel = "prefetch";
  link.href = href.split("#")[0];
  document.head.append(link);
}
