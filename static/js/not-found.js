// On the page for unknown addresses, suggests pages whose addresses contain similar words. The lists are files next to the page,
// so this works on any static host and without the search. `src/output/suggestions.rs` writes them.
const PAGES_MAX = 5, WORDS_MAX = 6, NAME_WEIGHT = 3;
const box = document.querySelector("[data-suggestions]");
const fetched = new Map();

if (box) suggest();

async function suggest() {
  const words = wordsOf(location.pathname);
  if (!words.length) return;
  const name = new Set(wordsOf(location.pathname.replace(/\/$/, "").split("/").at(-1)));
  const { files, pages_a_file } = await json("index");
  const lists = await Promise.all(words.map((word) => json(`words-${fileOf(word, files)}`)));
  const points = new Map();
  words.forEach((word, at) => {
    for (const [other, pages] of Object.entries(lists[at])) {
      const score = similarity(word, other);
      if (!score) continue;
      // A rare word counts more, and so does a word of the page's own name compared with one of a folder's name.
      const weight = (name.has(word) ? NAME_WEIGHT : 1) * score / Math.sqrt(pages.length);
      for (const page of pages) points.set(page, (points.get(page) ?? 0) + weight);
    }
  });
  const best = [...points].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, PAGES_MAX);
  // Leave out pages that only share a frequent word when others share more.
  const good = best.filter(([, own]) => own >= best[0][1] / 3);
  const pages = await Promise.all(good.map(async ([page]) => (await json(`pages-${Math.floor(page / pages_a_file)}`))[page % pages_a_file]));
  if (!pages.length) return;
  box.hidden = false;
  box.querySelector("ul").replaceChildren(...pages.map(([href, title]) => {
    const link = document.createElement("a");
    link.href = href;
    link.textContent = title;
    const item = document.createElement("li");
    item.append(link);
    return item;
  }));
}

function wordsOf(path) {
  try { path = decodeURIComponent(path); } catch { /* Use the path as it is. */ }
  const words = path.toLowerCase().normalize("NFC").replace(/\.(html?|md|php|aspx?)$/, "").split(/[^\p{L}\p{M}\p{N}]+/u);
  return [...new Set(words)].filter((word) => word && word !== "index").slice(-WORDS_MAX);
}

function fileOf(word, files) {
  return [...word].slice(0, 2).reduce((sum, letter) => sum + letter.codePointAt(0), 0) % files;
}

function json(name) {
  if (!fetched.has(name)) fetched.set(name, fetch(`${box.dataset.suggestions}${name}.json`).then((answer) => answer.json()));
  return fetched.get(name);
}

// From 1 for the same word down to 0 for a different one.
function similarity(word, other) {
  if (word === other) return 1;
  const [short, long] = word.length < other.length ? [word, other] : [other, word];
  if (long.startsWith(short) && (short.length >= 4 || long.length - short.length === 1)) return 0.7;
  const allowed = short.length < 4 ? 0 : short.length < 8 ? 1 : 2;
  return allowed && long.length - short.length <= allowed && distance(short, long) <= allowed ? 0.6 : 0;
}

// The number of letters to add, remove, change or swap with the next one.
function distance(a, b) {
  let before = [], row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) next[j] = Math.min(next[j], before[j - 2] + 1);
    }
    [before, row] = [row, next];
  }
  return row[b.length];
}
