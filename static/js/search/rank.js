// Finds pages for a query and sorts them. The weight of a word depends on how many pages contain it.
import { eachPage, eachPlace } from "./index.js";
import { FIT, joinedWords, meanings, parseQuery } from "./query.js";
import { eachWord } from "./words.js";

// The weight of a word in the title, in a heading, in the text, and in the text of another section; and the factor for all words in
// one section. Tuned with the queries of tests/search/queries that are not held out.
export const WEIGHTS = { title: 2.4, heading: 0.8, text: 1, elsewhere: 0.35, together: 1.1 };
// The weight of a word in a heading by its share of the heading, so that “compilet” finds “Compiletest” before “Compiletest
// directives”.
const SHARE = [0, 0.6, 0.75, 1];
// How many pages are ranked in full, chosen by a rough score, and how many of those that have only some of the words.
const WEIGHED_MAX = 1000, PARTIAL_MAX = 300;
// The number of sections of a page that are distinguished (src/output/search/digest.rs).
const SECTIONS_MAX = 1000;
// How many texts are read to look for a phrase.
const PHRASE_MAX = 60;

// Returns { words, found: [{ page, section, isPartial }], alike }. `found` is sorted and contains every page that has all words.
export async function search(language, text) {
  const query = parseQuery(text, language.code);
  if (!query.words.length) return { words: [], found: [], whole: 0, alike: [] };
  const [meant, joined] = await Promise.all([Promise.all(query.words.map((word) => meanings(language, word))), joinedWords(language, query.words)]);
  for (const { at, entry } of joined) meant[at].push(entry);
  const tokens = query.words.map((word, at) => gather(language, word, meant[at]));
  let found = ranked(language, tokens, query);
  if (query.phrases.length) found = await withPhrases(language, found, query.phrases);
  const alike = tokens.filter(({ isAlike }) => isAlike).map(({ word, meant }) => [word, meant[0].word]);
  return { words: tokens, found, whole: found.filter(({ isPartial }) => !isPartial).length, alike };
}

// The pages that contain a word of the query. `pages` maps a page to an index into the arrays, and `next` holds the next index for the
// same page or -1. The arrays hold the number of the matching word of the index and the start of its positions in the page.
function gather(language, { word, isOpen }, meant) {
  meant.sort((a, b) => b.fit - a.fit);
  const total = meant.reduce((sum, { count }) => sum + count, 0);
  const pages = new Map(), next = new Int32Array(total), starts = new Int32Array(total), entries = new Uint16Array(total);
  let position = 0;
  for (const [number, entry] of meant.entries()) {
    eachPage(entry, (page, _, at) => {
      next[position] = pages.get(page) ?? -1;
      starts[position] = at;
      entries[position] = number;
      pages.set(page, position);
      position += 1;
    });
  }
  const weight = Math.log(1 + language.pages / (pages.size + 0.5));
  const isAlike = meant.length > 0 && meant.every(({ fit }) => fit <= FIT.alike) && !meant.some((entry) => entry.word.startsWith(word));
  return { word, isOpen, meant, pages, next, starts, entries, weight, isAlike };
}

// Pages with all words, and if those are few, also pages with most of them.
function ranked(language, tokens, query) {
  const weigh = weigher(language, tokens);
  const all = 2 ** tokens.length - 1;
  const whole = inOrder(tokens, withAll(tokens));
  const weighed = whole.slice(0, WEIGHED_MAX).map((page) => weigh(page, all));
  if (!query.phrases.length && whole.length < 20 && tokens.length > 1) {
    for (const { page, mask } of withSome(tokens, all)) weighed.push(weigh(page, mask));
  }
  weighed.sort((a, b) => b.score - a.score || a.page - b.page);
  for (const page of whole.slice(WEIGHED_MAX)) weighed.push(new UnrankedPage(page, weigh, all));
  return weighed;
}

// A page after the fully ranked ones. Its best section is found only when the page is shown.
class UnrankedPage {
  constructor(page, weigh, mask) {
    this.page = page;
    this.isPartial = false;
    this.place = () => weigh(page, mask).section;
  }

  get section() { return this.place(); }
}

function withAll(tokens) {
  const [rarest, ...others] = [...tokens].sort((a, b) => a.pages.size - b.pages.size);
  return [...rarest.pages.keys()].filter((page) => others.every(({ pages }) => pages.has(page)));
}

function withSome(tokens, all) {
  const masks = new Map();
  for (const [at, { pages }] of tokens.entries()) for (const page of pages.keys()) masks.set(page, (masks.get(page) ?? 0) | 1 << at);
  const partial = [...masks].filter(([, mask]) => mask !== all).map(([page, mask]) => ({ page, mask, worth: worth(tokens, mask) }));
  return partial.sort((a, b) => b.worth - a.worth || a.page - b.page).slice(0, PARTIAL_MAX);
}

function worth(tokens, mask) {
  return tokens.reduce((sum, { weight }, at) => sum + (mask & 1 << at ? weight : 0), 0);
}

// If there are more pages than can be ranked, sorts them by a rough score from the first position of each word.
function inOrder(tokens, pages) {
  if (pages.length <= WEIGHED_MAX) return pages;
  // One number per page, so that they can be sorted without a function: the distance from the best score, then the index.
  const keys = new Float64Array(pages.length);
  for (const [at, page] of pages.entries()) {
    let rough = 0;
    for (const token of tokens) rough += token.weight * roughly(token, page);
    keys[at] = Math.round(1e6 - rough * 1e3) * 2 ** 24 + at;
  }
  return Array.from(keys.sort(), (key) => pages[key % 2 ** 24]);
}

function roughly({ pages, next, starts, entries, meant }, page) {
  let best = 0;
  for (let position = pages.get(page); position >= 0; position = next[position]) {
    const { bytes, fit } = meant[entries[position]], first = bytes[starts[position]];
    best = Math.max(best, fit * ((first & 7) / 7 + ((first & 127) < 64 ? WEIGHTS.title * SHARE[first >> 3 & 3] : 0)));
  }
  return best;
}

// Returns a function that ranks a page. All calls share the same buffers.
function weigher(language, tokens) {
  const width = tokens.length, total = worth(tokens, 2 ** width - 1);
  const values = new Float64Array(SECTIONS_MAX * width), stamps = new Int32Array(SECTIONS_MAX);
  const titles = new Float64Array(width), best = new Float64Array(width);
  const touched = [];
  let stamp = 0;

  const collect = (page) => {
    stamp += 1;
    touched.length = 0;
    titles.fill(0);
    best.fill(0);
    for (let token = 0; token < width; token += 1) {
      const { pages, next, starts, entries, meant } = tokens[token];
      for (let position = pages.get(page) ?? -1; position >= 0; position = next[position]) {
        const { bytes, fit } = meant[entries[position]];
        eachPlace(bytes, starts[position], (section, weight, share) => {
          if (stamps[section] !== stamp) {
            stamps[section] = stamp;
            touched.push(section);
            values.fill(0, section * width, (section + 1) * width);
          }
          const text = fit * WEIGHTS.text * weight / 7, at = section * width + token;
          if (section === 0) titles[token] = Math.max(titles[token], fit * SHARE[share]);
          values[at] = Math.max(values[at], text + (section > 0 ? fit * WEIGHTS.heading * SHARE[share] : 0));
          best[token] = Math.max(best[token], text);
        });
      }
    }
  };

  return (page, mask) => {
    collect(page);
    const count = popCount(mask);
    let top = 0, most = -1;
    for (const section of touched) {
      let score = 0, together = 0;
      for (let token = 0; token < width; token += 1) {
        const here = values[section * width + token];
        if (here || titles[token]) together += 1;
        score += tokens[token].weight * ((here || WEIGHTS.elsewhere * best[token]) + WEIGHTS.title * titles[token]);
      }
      if (together === count && count > 1) score *= WEIGHTS.together;
      if (score > most + 1e-9 || score > most - 1e-9 && section < top) [top, most] = [section, score];
    }
    // If the title contains all words, link to the beginning of the page.
    if (titles.every(Boolean)) top = 0;
    const isPartial = count < width;
    const share = isPartial ? worth(tokens, mask) / total : 1;
    // A page with all words comes before those with some.
    const rank = isPartial ? share ** 2 : 1000;
    return { page, section: top, score: most * (language.boosts.get(page) ?? 1) * share + rank, isPartial };
  };
}

function popCount(mask) {
  let count = 0;
  for (let rest = mask; rest; rest &= rest - 1) count += 1;
  return count;
}

async function withPhrases(language, found, phrases) {
  const looked = found.slice(0, PHRASE_MAX);
  const pages = await Promise.all(looked.map(({ page }) => language.page(page)));
  const holds = (text) => {
    const words = eachWord(text).filter(({ isVerbatim }) => isVerbatim).map(({ word }) => word);
    return phrases.every((phrase) => words.some((_, at) => phrase.every((word, step) => words[at + step] === word)));
  };
  const kept = [];
  for (const [at, candidate] of looked.entries()) {
    const { sections } = pages[at];
    const order = [candidate.section, ...sections.keys()];
    const section = order.find((at) => sections[at] && (holds(sections[at].text) || holds(sections[at].heading)));
    if (section !== undefined) kept.push({ ...candidate, section });
  }
  return kept;
}
