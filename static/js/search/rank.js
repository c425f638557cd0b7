// Which pages a query finds, and in what order. What a word weighs comes from how many pages it stands in, by its own file.
import { eachPage, eachPlace } from "./index.js";
import { FIT, joinedNeighbours, meanings, parseQuery } from "./query.js";
import { eachWord } from "./words.js";

// What a word counts in the title, in a heading, in the text; in the text of another section of the page; and what it is worth that
// the words stand together in one section. Found by trying, with the queries of tests/search/queries that are not held out.
export const WEIGHTS = { title: 2.4, heading: 0.8, text: 1, elsewhere: 0.35, together: 1.1 };
// What a word in a heading counts: all where it is the heading, so that who types “compilet” comes to “Compiletest” before “Compiletest
// directives”; less where the heading has more.
const SHARE = [0, 0.6, 0.75, 1];
// So many pages are weighed in full, the best by a rough look; of those that have only some of the words, so many.
const WEIGHED_MAX = 1000, PARTIAL_MAX = 300;
// Sections of a page that are told apart (src/output/search/digest.rs).
const SECTIONS_MAX = 1000;
// Texts that are read to look for a phrase.
const PHRASE_MAX = 60;

// { words, found: [{ page, section, isPartial }], alike }; `found` is in order, and holds every page with all of the words.
export async function search(language, text) {
  const query = parseQuery(text, language.code);
  if (!query.words.length) return { words: [], found: [], whole: 0, alike: [] };
  const [meant, joined] = await Promise.all([Promise.all(query.words.map((word) => meanings(language, word))), joinedNeighbours(language, query.words)]);
  for (const { at, entry } of joined) meant[at].push(entry);
  const tokens = query.words.map((word, at) => gather(language, word, meant[at]));
  let found = ranked(language, tokens, query);
  if (query.phrases.length) found = await withPhrases(language, found, query.phrases);
  const alike = tokens.filter(({ isAlike }) => isAlike).map(({ word, meant }) => [word, meant[0].word]);
  return { words: tokens, found, whole: found.filter(({ isPartial }) => !isPartial).length, alike };
}

// Where a word of the query stands. `pages` gives for each page a position in the lists, `next` the next one of the same page or -1;
// at a position are the number of the word of the index that is meant, and where its places in the page begin.
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

// Pages with all of the words; where those are few, also pages with the most of them.
function ranked(language, tokens, query) {
  const weigh = weigher(language, tokens);
  const all = 2 ** tokens.length - 1;
  const whole = inOrder(tokens, withAll(tokens));
  const weighed = whole.slice(0, WEIGHED_MAX).map((page) => weigh(page, all));
  if (!query.phrases.length && whole.length < 20 && tokens.length > 1) {
    for (const { page, mask } of withSome(tokens, all)) weighed.push(weigh(page, mask));
  }
  weighed.sort((a, b) => b.score - a.score || a.page - b.page);
  for (const page of whole.slice(WEIGHED_MAX)) weighed.push(new Rough(page, weigh, all));
  return weighed;
}

// A page that comes after those that were weighed; where in it the words stand is found out when it is shown.
class Rough {
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

// The best first where there are more than are weighed: by the first place of each word alone.
function inOrder(tokens, pages) {
  if (pages.length <= WEIGHED_MAX) return pages;
  // One number each, so that they are sorted without a function: how far from the best, and the position.
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

// A function that weighs a page, with room that serves one page after the other.
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
    // Who asked for the page by its title wants its beginning.
    if (titles.every(Boolean)) top = 0;
    const isPartial = count < width;
    const share = isPartial ? worth(tokens, mask) / total : 1;
    // A page with all of the words comes before those with some.
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
    const words = eachWord(text).filter(({ stands }) => stands).map(({ word }) => word);
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
