// Parses a query and finds the words of the index that it can mean.
import { eachWord, isDense } from "./words.js";

// Common words. They count only in quotation marks or if the query has no other words.
const STOP_WORDS = {
  en: "a an and are as at be by can do does for from get has have how i if in is it its my of on or so than that the there this to use using was what when where which who why will with you your",
  de: "als am an auf aus bei das dass den der des die ein eine einen einer es für im in ist kann man mit oder sich sie so und vom von was wie wird wo zu zum zur",
};
const stopWords = new Map(Object.entries(STOP_WORDS).map(([code, words]) => [code, new Set(words.normalize("NFD").replace(/[\u0300-\u036F]/g, "").split(" "))]));

// Endings of words with the same stem. A word is also searched for with the other endings.
const ENDINGS = {
  en: ["", "s", "es", "e", "ed", "er", "ers", "ing", "ings", "ion", "ions", "ly", "y", "ies", "ied", "able", "ment", "ation", "ations"],
  de: ["", "e", "en", "er", "ern", "es", "n", "s", "em", "ung", "ungen"],
};

// How well another word matches the typed one: a word that starts with it, and the share that was typed; its plural; another word of
// the same stem; a word with one typo, with two; two words written as one.
export const FIT = { begun: 0.35, length: 0.45, plural: 0.9, relative: 0.7, alike: 0.6, unlike: 0.4, joined: 0.9 };

// Only the first words of a longer query count.
const WORDS_MAX = 16;

const PLURALS = new Set(["s", "es"]);

// Returns { words: [{ word, isOpen }], phrases: [[word]] }. The last word is open because the reader may still be typing it. A single
// character of a script without spaces is open too, because the index contains pairs.
export function parseQuery(text, code) {
  const phrases = [];
  const rest = text.replace(/["“”„«»]([^"“”„«»]*)["“”„«»]/g, (_, inside) => {
    const words = eachWord(inside).filter(({ isVerbatim }) => isVerbatim).map(({ word }) => word);
    if (words.length) phrases.push(words);
    return " ";
  });
  const isEnded = /\s$/.test(text) || rest !== text && rest.trimEnd() !== rest;
  const found = eachWord(rest).filter(({ isVerbatim }) => isVerbatim);
  const words = found.map(({ word }, at) => ({ word, isOpen: isDense(word) || !isEnded && at === found.length - 1 }));
  for (const word of phrases.flat()) words.push({ word, isOpen: false, isExact: true });
  const seen = new Set();
  const all = words.filter(({ word }) => !seen.has(word) && seen.add(word));
  const significant = all.filter(({ word, isExact }) => isExact || !stopWords.get(code)?.has(word));
  return { words: (significant.length ? significant : all).slice(0, WORDS_MAX), phrases };
}

// The words of the index that one word can mean, each with how well it matches, from 0 to 1.
export async function meanings(language, { word, isOpen, isExact }) {
  const chars = [...word].length;
  const files = chars > 2 ? 4 : 2;
  const near = await language.wordsFrom(word, isOpen ? files : 1);
  const meant = new Map();
  const add = (entry, fit) => { if (fit > (meant.get(entry.word)?.fit ?? 0)) meant.set(entry.word, { ...entry, fit }); };
  const exact = near.find((entry) => entry.word === word);
  if (exact) add(exact, 1);
  if (isExact) return [...meant.values()];
  const longer = near.filter((entry) => entry.word !== word).sort((a, b) => b.count - a.count);
  if (isOpen) for (const entry of longer.slice(0, 24)) add(entry, FIT.begun + FIT.length * (chars / [...entry.word].length));
  for (const { entry, fit } of await relatives(language, word, Boolean(exact))) add(entry, fit);
  if (exact || isOpen && meant.size || chars < 3) return [...meant.values()];
  const alike = await similarWords(language, word, isOpen && !meant.size);
  for (const { entry, edits } of alike) add(entry, edits === 1 ? FIT.alike : FIT.unlike);
  if (alike.length) for (const { entry, fit } of await relatives(language, alike[0].entry.word, true)) add(entry, fit * FIT.alike);
  return [...meant.values()];
}

// Two words may be one in the text: `key bindings` and `keybindings`. Returns matches for both words: [{ at, entry }].
export async function joinedWords(language, words) {
  const pairs = words.slice(1).map((word, at) => ({ at, word, before: words[at] })).filter(({ word, before }) => !word.isExact && !before.isExact);
  const found = await Promise.all(pairs.map(async ({ at, word, before }) => {
    const joined = before.word + word.word;
    const isIt = (entry) => entry.word === joined || word.isOpen || PLURALS.has(entry.word.slice(joined.length));
    const entries = (await language.wordsFrom(joined, 1)).filter(isIt);
    return entries.flatMap((entry) => [at, at + 1].map((at) => ({ at, entry: { ...entry, fit: FIT.joined } })));
  }));
  return found.flat();
}

// Words with the same stem and another ending. For a known word its own file is enough, because it contains most of them.
async function relatives(language, word, isKnown) {
  const endings = ENDINGS[language.code];
  if (!endings) return [];
  const found = [];
  const own = endings.filter((ending) => ending && word.endsWith(ending) && word.length - ending.length >= 3).sort((a, b) => b.length - a.length);
  const stems = new Set([word, ...own.slice(0, 2).map((ending) => word.slice(0, -ending.length))]);
  for (const stem of [...stems]) {
    // The stem of `running` is `run`.
    if (stem !== word && /([bdgmnprt])\1$/.test(stem)) stems.add(stem.slice(0, -1));
  }
  const long = [...stems].filter((stem) => stem.length > 2);
  const near = await Promise.all(long.map((stem) => language.wordsNear(isKnown ? word : stem)));
  for (const [at, stem] of long.entries()) {
    for (const entry of near[at]) {
      if (!entry.word.startsWith(stem)) continue;
      const ending = entry.word.slice(stem.length);
      if (entry.word === word || !endings.includes(ending)) continue;
      const isPlural = PLURALS.has(ending) && stem === word || ending === "" && PLURALS.has(word.slice(stem.length));
      found.push({ entry, fit: isPlural ? FIT.plural : FIT.relative });
    }
  }
  return found;
}

const EDITS_FROM = 8;
const ALIKE_MAX = 4;

// Words with one typo in them, or two from eight letters on. The likeliest comes first.
async function similarWords(language, word, isOpen) {
  const chars = [...word];
  const most = chars.length >= EDITS_FROM ? 2 : 1;
  const lengths = [];
  for (let length = chars.length - most; length <= chars.length + most; length += 1) lengths.push(length);
  const of = async (lengths, isBegun) => {
    const lists = await Promise.all(lengths.map((length) => language.wordsOf(length)));
    const alike = [];
    for (const { word: other, frequency } of lists.flat()) {
      const edits = distance(chars, [...other], most, isBegun);
      if (edits > 0 && edits <= most) alike.push({ word: other, edits, rank: edits * 100 - frequency - (other[0] === word[0] ? 20 : 0) });
    }
    return alike.sort((a, b) => a.rank - b.rank).slice(0, ALIKE_MAX);
  };
  let alike = await of(lengths, false);
  if (!alike.length && isOpen && chars.length > 3) {
    // The reader has typed only the beginning, with a typo in it.
    alike = await of([1, 2, 3, 4, 5, 6].map((more) => chars.length + more), true);
  }
  const entries = await Promise.all(alike.map(async ({ word: other, edits }) => {
    const entry = (await language.wordsFrom(other, 1)).find((entry) => entry.word === other);
    return entry && { entry, edits };
  }));
  return entries.filter(Boolean);
}

// The number of typos between two words: a letter added, missing, changed, or swapped with the next. Numbers above `most` are not
// distinguished. With `isBegun`, the other word only needs to start like this.
export function distance(one, other, most, isBegun = false) {
  if (!isBegun && Math.abs(one.length - other.length) > most) return most + 1;
  const width = other.length;
  let before = null, last = Array.from({ length: width + 1 }, (_, at) => at);
  for (let row = 1; row <= one.length; row += 1) {
    const now = [row];
    let least = row;
    for (let at = 1; at <= width; at += 1) {
      const cost = one[row - 1] === other[at - 1] ? 0 : 1;
      let value = Math.min(last[at] + 1, now[at - 1] + 1, last[at - 1] + cost);
      if (row > 1 && at > 1 && one[row - 1] === other[at - 2] && one[row - 2] === other[at - 1]) value = Math.min(value, before[at - 2] + 1);
      now.push(value);
      if (value < least) least = value;
    }
    if (least > most) return most + 1;
    [before, last] = [last, now];
  }
  return isBegun ? Math.min(...last) : last[width];
}
