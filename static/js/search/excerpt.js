// The part of a text that shows why it was found: [{ text, isMarked }].
import { eachWord } from "./words.js";

const CHARS = 190, BEFORE = 50;

export function marked(text, words) {
  return pieces(text, spans(text, words), 0, text.length);
}

export function excerpt(text, words) {
  const found = spans(text, words);
  let start = 0;
  if (found.length) {
    let best = -1;
    for (const [at, span] of found.entries()) {
      const inside = found.slice(at, at + 24).filter(({ end }) => end <= span.start + CHARS - BEFORE);
      const worth = new Set(inside.flatMap(({ tokens }) => tokens)).size * 10 + Math.min(inside.length, 9);
      if (worth > best) [best, start] = [worth, Math.max(0, span.start - BEFORE)];
    }
  }
  if (start > 0) start = (text.indexOf(" ", start) + 1) || start;
  let end = Math.min(text.length, start + CHARS);
  if (end < text.length) end = Math.max(text.lastIndexOf(" ", end), start + CHARS / 2);
  const parts = pieces(text, found, start, end);
  if (start > 0) parts.unshift({ text: "… ", isMarked: false });
  if (end < text.length) parts.push({ text: " …", isMarked: false });
  return parts;
}

// The positions of the query's words, in order and without overlaps.
function spans(text, words) {
  const meant = new Map();
  for (const [token, { word, meant: all }] of words.entries()) {
    const add = (own) => meant.set(own, [...(meant.get(own) ?? []), token]);
    add(word);
    all.forEach((entry) => { if (entry.word !== word) add(entry.word); });
  }
  const found = [];
  for (const { word, start, end } of eachWord(text)) {
    const tokens = meant.get(word);
    const last = found.at(-1);
    if (!tokens) continue;
    if (last && start <= last.end) [last.end, last.tokens] = [Math.max(last.end, end), [...last.tokens, ...tokens]];
    else found.push({ start, end, tokens });
  }
  return found;
}

function pieces(text, found, from, to) {
  const parts = [];
  let at = from;
  for (const { start, end } of found) {
    if (end <= from || start >= to) continue;
    if (start > at) parts.push({ text: text.slice(at, start), isMarked: false });
    parts.push({ text: text.slice(Math.max(start, from), Math.min(end, to)), isMarked: true });
    at = Math.min(end, to);
  }
  if (at < to) parts.push({ text: text.slice(at, to), isMarked: false });
  return parts;
}
