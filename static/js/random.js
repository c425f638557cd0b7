// Opens one of the listed pages at random, except the one that the reader comes from.
import { isOwn } from "./storage.js";

export function enhance(root) {
  const list = root.querySelector("[data-random]:not([data-ready])");
  if (!list) return;
  list.dataset.ready = "";
  const links = [...list.querySelectorAll("a[href]")].filter((link) => isOwn(link.href) && link.href !== document.referrer);
  const link = links[Math.floor(Math.random() * links.length)];
  if (link) location.replace(link.href);
}
