// Which pages a query finds, and in what order. What a word weighs comes from how many pages it stands in, by its own file.
import { eachPage, eachPlace } from "./index.js";
import { FIT, joinNeighbours, meanings, parseQuery } from "./query.js";
import { eachWord } from "./words.js";

// What a word counts in the title, in a heading, in the text; in the text of another section of the page; and what it is worth that
// the words stand together in one section. Found by trying, with the queries of tests/search/queries that are not held out.
export const WEIGHTS = { title: 2.4, heading: 0.8, text: 1, elsewhere: 0.35, together: 1.1 };
// What a word in a heading counts: less where the heading has many.
const SHARE = [0, 0.7, 0.85, 1];
// So many pages are weighed in full; of those that have only some of the words, so many.
const WEIGHED_MAX = 3000, PARTIAL_MAX = 300;
// Texts that are read to look for a phrase.
const PHRASE_MAX = 60;

// { words, found: [{ page, section, score, isPartial }], alike }; `found` is in order, and holds every page with all of the words.
export async function search(language, text) {
  const query = parseQuery(text, language.code);
  if (!query.words.length) return { words: [], found: [], whole: 0, alike: [] };
  const meant = await Promise.all(query.words.map((word) => meanings(language, word)));
  await joinNeighbours(language, query.words, meant);
  const tokens = query.words.map((word, at) => gather(language, word, meant[at]));
  const candidates = weighable(tokens, query);
  let found = candidates.map(({ page, mask }) => weigh(language, tokens, page, mask)).sort((a, b) => b.score - a.score || a.page - b.page);
  if (query.phrases.length) found = await withPhrases(language, found, query.phrases);
  const alike = tokens.filter(({ isAlike }) => isAlike).map(({ word, meant }) => [word, meant[0].word]);
  return { words: tokens, found, whole: found.filter(({ isPartial }) => !isPartial).length, alike };
}

function gather(language, { word, isOpen }, meant) {
  const pages = new Map();
  for (const entry of meant) {
    eachPage(entry, (page, bytes, at) => {
      const known = pages.get(page);
      const place = { bytes, at, fit: entry.fit };
      if (known) known.push(place); else pages.set(page, [place]);
    });
  }
  const weight = Math.log(1 + language.pages / (pages.size + 0.5));
  const isAlike = meant.length > 0 && meant.every(({ fit }) => fit <= FIT.alike) && !meant.some((entry) => entry.word.startsWith(word));
  return { word, isOpen, meant: meant.sort((a, b) => b.fit - a.fit), pages, weight, isAlike };
}

// Pages with all of the words; where those are few, also pages with the most of them.
function weighable(tokens, query) {
  const masks = new Map();
  for (const [at, { pages }] of tokens.entries()) for (const page of pages.keys()) masks.set(page, (masks.get(page) ?? 0) | 1 << at);
  const all = 2 ** tokens.length - 1;
  const whole = [], partial = [];
  for (const [page, mask] of masks) (mask === all ? whole : partial).push({ page, mask });
  if (whole.length > WEIGHED_MAX) {
    const rough = ({ page }) => tokens.reduce((sum, { pages, weight }) => sum + weight * roughly(pages.get(page)), 0);
    const roughs = new Map(whole.map((candidate) => [candidate, rough(candidate)]));
    whole.sort((a, b) => roughs.get(b) - roughs.get(a) || a.page - b.page);
    whole.length = WEIGHED_MAX;
  }
  if (query.phrases.length || whole.length >= 20 || tokens.length === 1) return whole;
  const worth = ({ mask }) => tokens.reduce((sum, { weight }, at) => sum + (mask & 1 << at ? weight : 0), 0);
  partial.sort((a, b) => worth(b) - worth(a) || a.page - b.page);
  return whole.concat(partial.slice(0, PARTIAL_MAX));
}

function roughly(places) {
  let best = 0;
  for (const { bytes, at, fit } of places) best = Math.max(best, fit * ((bytes[at] & 7) / 7 + (bytes[at] < 64 ? WEIGHTS.title * SHARE[bytes[at] >> 3 & 3] : 0)));
  return best;
}

function weigh(language, tokens, page, mask) {
  const sections = new Map();
  const titles = new Float64Array(tokens.length), best = new Float64Array(tokens.length);
  for (const [token, { pages }] of tokens.entries()) {
    for (const { bytes, at, fit } of pages.get(page) ?? []) {
      eachPlace(bytes, at, (section, weight, share) => {
        let values = sections.get(section);
        if (!values) sections.set(section, values = new Float64Array(tokens.length));
        const text = fit * WEIGHTS.text * weight / 7;
        if (section === 0) titles[token] = Math.max(titles[token], fit * SHARE[share]);
        const value = text + (section > 0 ? fit * WEIGHTS.heading * SHARE[share] : 0);
        values[token] = Math.max(values[token], value);
        best[token] = Math.max(best[token], text);
      });
    }
  }
  let top = { section: 0, score: -1 };
  const count = popCount(mask);
  for (const [section, values] of sections) {
    let score = 0, together = 0;
    for (const [token, { weight }] of tokens.entries()) {
      const here = values[token] || WEIGHTS.elsewhere * best[token];
      if (values[token] || titles[token]) together += 1;
      score += weight * (here + WEIGHTS.title * titles[token]);
    }
    if (together === count && count > 1) score *= WEIGHTS.together;
    if (score > top.score + 1e-9) top = { section, score };
  }
  // Who asked for the page by its title wants its beginning.
  if (tokens.every((_, token) => titles[token])) top.section = 0;
  const isPartial = count < tokens.length;
  const share = isPartial ? tokens.reduce((sum, { weight }, at) => sum + (mask & 1 << at ? weight : 0), 0) / tokens.reduce((sum, { weight }) => sum + weight, 0) : 1;
  // A page with all of the words comes before those with some.
  const rank = isPartial ? share ** 2 : 1000;
  return { page, section: top.section, score: top.score * (language.boosts.get(page) ?? 1) * share + rank, isPartial };
}

function popCount(mask) {
  let count = 0;
  for (let rest = mask; rest; rest &= rest - 1) count += 1;
  return count;
}

async function withPhrases(language, found, phrases) {
  const kept = [];
  for (const candidate of found.slice(0, PHRASE_MAX)) {
    const { sections } = await language.page(candidate.page);
    const holds = (text) => {
      const words = eachWord(text).filter(({ stands }) => stands).map(({ word }) => word);
      return phrases.every((phrase) => words.some((_, at) => phrase.every((word, step) => words[at + step] === word)));
    };
    const order = [candidate.section, ...sections.keys()];
    const section = order.find((at) => sections[at] && (holds(sections[at].text) || holds(sections[at].heading)));
    if (section !== undefined) kept.push({ ...candidate, section });
  }
  return kept;
}
