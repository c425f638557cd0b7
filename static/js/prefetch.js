// Fetches a page in advance when the reader seems about to open it. Not on slow or metered connections, and not in the live
// preview, where the fetched page could be outdated.
const fetched = new Set([location.pathname]);
const PAGES_MAX = 20, WAIT_MS = 80;

export function enhance(root) {
  const { connection } = navigator;
  const isMetered = connection?.saveData || /2g/.test(connection?.effectiveType ?? "") || matchMedia("(prefers-reduced-data: reduce)").matches;
  if (isMetered || root.querySelector("script[data-page-status]") || !document.createElement("link").relList?.supports("prefetch")) return;
  let timer;
  const schedule = ({ target }) => {
    clearTimeout(timer);
    const link = target.closest?.("a[href]");
    if (link) timer = setTimeout(() => fetchAhead(link), WAIT_MS);
  };
  root.addEventListener("pointerover", schedule, { passive: true });
  root.addEventListener("focusin", schedule);
  root.addEventListener("touchstart", ({ target }) => { const link = target.closest("a[href]"); if (link) fetchAhead(link); }, { passive: true });
}

function fetchAhead({ href, origin, pathname, search }) {
  const isPage = origin === location.origin && !search && /(\/|\.html)$/.test(pathname);
  if (!isPage || fetched.has(pathname) || fetched.size > PAGES_MAX) return;
  fetched.add(pathname);
  const link = document.createElement("link");
  link.rel = "prefetch";
  link.href = href.split("#")[0];
  document.head.append(link);
}
