// Splits text into words by the rules of src/output/search/words.rs. tests/search/words.json tests both.
const CHARS_MAX = 32;
// Invisible characters, such as soft hyphens and zero-width joiners, neither end a word nor count in it.
const HIDDEN = /\p{DI}/gu;
const RUN = /[\p{Alphabetic}\p{M}\p{N}\p{DI}]+/gu;
const DENSE = /(?!\p{DI})[\u0E00-\u0EFF\u1000-\u109F\u1780-\u17FF\u3005-\u3007\u3040-\u30FF\u31F0-\u31FF\uFF66-\uFF9F\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFAFF\u{20000}-\u{3FFFF}]/u;
const PIECE = new RegExp(`(?:${DENSE.source}\\p{DI}*)+|(?:(?!${DENSE.source})[\\s\\S])+`, "gu");
const WITH_MARKS = /.[\p{M}\uFF9E\uFF9F\p{DI}]*/gsu;
const ACCENT = /[\u0300-\u036F\u0591-\u05BD\u05BF-\u05C7\u064B-\u065F\u0670]/g;
const HUMP = /(?<=\p{Lowercase}\p{DI}*)(?=\p{Uppercase})|(?<=\p{Uppercase}\p{DI}*)(?=\p{Uppercase}\p{DI}*\p{Lowercase})/u;
const LETTERS = { "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "ς": "σ", "ـ": "" };
const JOINTS = new Set(["-", "'", "\u2019", "\u2010", "\u2011"]);

const cut = (text) => { const chars = [...text]; return chars.length > CHARS_MAX ? chars.slice(0, CHARS_MAX).join("") : text; };

export function fold(text) {
  if (/^[\x00-\x7F]*$/.test(text)) return cut(text).toLowerCase();
  return cut(foldWhole(text));
}

// Folds a text of any length.
function foldWhole(text) {
  const lower = text.normalize("NFKD").toLowerCase().replace(ACCENT, "").replace(HIDDEN, "");
  return lower.replace(/[ßæœþøđðłıςـ]/g, (letter) => LETTERS[letter]).normalize("NFC");
}

// Whether a word is one character of a script without spaces. Such words are indexed in pairs.
export const isDense = (word) => [...word].length === 1 && DENSE.test(word);

// Every word with its position: { word, start, end, isVerbatim }. `isVerbatim` is false for parts of words and joined words.
export function eachWord(text) {
  const found = [];
  let chain = null;
  const endChain = () => {
    if (chain && chain.words > 1 && chain.words < 4) found.push({ word: cut(chain.text), start: chain.start, end: chain.end, isVerbatim: false });
    chain = null;
  };
  let after = 0;
  for (const { 0: run, index } of text.matchAll(RUN)) {
    if (!JOINTS.has(text.slice(after, index))) endChain();
    for (const { 0: piece, index: at } of run.matchAll(PIECE)) {
      const start = index + at;
      if (DENSE.test(piece)) {
        endChain();
        pairs(piece, start, found);
        continue;
      }
      const word = fold(piece);
      if (!word) continue;
      const end = start + piece.length;
      found.push({ word, start, end, isVerbatim: true });
      chain ??= { text: "", words: 0, start };
      chain = { ...chain, text: chain.text + word, words: chain.words + 1, end };
      const parts = piece.split(HUMP);
      let from = start;
      for (const part of parts.length > 1 ? parts : []) {
        found.push({ word: fold(part), start: from, end: from + part.length, isVerbatim: false });
        from += part.length;
      }
    }
    after = index + run.length;
  }
  endChain();
  return found;
}

function pairs(piece, start, found) {
  const chars = [...foldWhole(piece)];
  if (chars.length === 1) return found.push({ word: chars[0], start, end: start + piece.length, isVerbatim: true });
  const places = placesOf(piece, chars.length);
  for (let at = 0; at + 1 < chars.length; at += 1) {
    found.push({ word: chars[at] + chars[at + 1], start: start + places[at].start, end: start + places[at + 1].end, isVerbatim: true });
  }
  found.push({ word: chars.at(-1), start: start + places.at(-1).start, end: start + piece.length, isVerbatim: false });
}

// The position of each folded character. Folding turns some characters into two (Thai am) and joins others (a kana and its mark), but
// never two that no mark connects.
function placesOf(piece, count) {
  const places = [];
  if ([...piece].length === count && piece.search(HIDDEN) < 0) {
    for (const { 0: char, index } of piece.matchAll(/./gsu)) places.push({ start: index, end: index + char.length });
    return places;
  }
  for (const { 0: cluster, index } of piece.matchAll(WITH_MARKS)) {
    const before = places.length;
    let end = 0;
    for (const char of cluster) {
      const start = index + end;
      end += char.length;
      const reached = before + [...foldWhole(cluster.slice(0, end))].length;
      if (before < places.length && reached <= places.length) places.at(-1).end = index + end;
      while (places.length < reached) places.push({ start, end: index + end });
    }
  }
  return places;
}
