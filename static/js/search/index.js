// The files of the index, each fetched when it is first needed. Nothing here ranks or draws.
import { Reader } from "./bytes.js";
import { inflate } from "./inflate.js";

const FORM = 2;
// The bytes of a fingerprint that a file's name ends in.
const PRINT = 6;
// Up to so many lists of texts, and of words, are fetched as soon as the search is opened.
const LISTS_FEW = { texts: 16, words: 4 };

export async function fetchBytes(url, options) {
  const answer = await fetch(url, options);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

// All languages of a site, by code. `base` is the address of the folder; the list of what is in it lies beside it.
export async function openIndex(base, bytesOf = fetchBytes) {
  const reader = new Reader(await bytesOf(new URL("../index.bin", base), { cache: "no-cache" }));
  if (reader.number() !== FORM) throw new Error("the index has another form");
  const languages = new Map();
  for (let left = reader.number(); left > 0; left -= 1) {
    const language = new Language(reader, base, bytesOf);
    languages.set(language.code, language);
  }
  return languages;
}

class Language {
  constructor(reader, base, bytesOf) {
    this.code = reader.text();
    this.pages = reader.number();
    const about = JSON.parse(reader.text());
    this.say = about.words;
    this.values = about.facets;
    this.boosts = new Map(about.boosts);
    const folder = new URL(`${this.code}/`, base);
    const kept = new Map();
    this.file = (name, read) => {
      if (!kept.has(name)) kept.set(name, bytesOf(new URL(`${name}.bin`, folder)).then(read).catch((fault) => { kept.delete(name); throw fault; }));
      return kept.get(name);
    };
    // Of texts and words these are lists of files.
    this.texts = readByNumber(reader);
    this.facets = readByNumber(reader);
    this.words = readByWord(reader);
    this.alike = new Map();
    for (let left = reader.number(); left > 0; left -= 1) this.alike.set(reader.number(), reader.hex(PRINT));
  }

  // Fetches the lists where they are few, so that the first key need not wait for them.
  warm() {
    const fetchFew = (lists, few, read) => {
      if (lists.length <= few) for (const { print } of lists) this.list(print, read).catch(() => {});
    };
    fetchFew(this.texts, LISTS_FEW.texts, readByNumber);
    fetchFew(this.words, LISTS_FEW.words, readByWord);
  }

  list(print, read) { return this.file(`list-${print}`, (bytes) => read(new Reader(bytes))); }

  // The files of words that begin so, at most `most`; the first is the one in which such a word would lie.
  async wordFiles(start, most) {
    const files = [];
    for (let at = lastAtMost(this.words, start); at < this.words.length && files.length < most; at += 1) {
      if (files.length && !this.words[at].first.startsWith(start)) break;
      const list = await this.list(this.words[at].print, readByWord);
      let own = files.length ? 0 : lastAtMost(list, start);
      do files.push(list[own]); while (files.length < most && list[++own]?.first.startsWith(start));
      if (own < list.length) break;
    }
    return Promise.all(files.map(({ print }) => this.file(`words-${print}`, readWords)));
  }

  // The words that begin so, of at most `most` files, each with its pages: [{ word, count, first, bytes }].
  async wordsFrom(start, most) {
    const files = await this.wordFiles(start, most);
    return files.flatMap((words) => words.filter(({ word }) => word.startsWith(start)));
  }

  // The words of the file in which this one lies, if anywhere.
  async wordsNear(word) { return (await this.wordFiles(word, 1)).flat(); }

  // All words of so many characters: [{ word, frequency }].
  async wordsOf(chars) {
    const print = this.alike.get(chars);
    return print ? this.file(`alike-${chars}-${print}`, (bytes) => readAlike(inflate(bytes))) : [];
  }

  // A page as results show it: { address, kind, minutes, sections: [{ anchor, level, heading, text }] }.
  async page(number) {
    const list = await this.list(this.texts[lastAt(this.texts, number)].print, readByNumber);
    const { first, print } = list[lastAt(list, number)];
    const pages = await this.file(`texts-${first.toString(16).padStart(6, "0")}-${print}`, readTexts);
    const page = pages.get(number);
    page.sections ??= readSections(inflate(page.packed));
    return page;
  }

  // What every page can be narrowed down by: number → { kind, level, time, topic, audience }, positions in `values`.
  async allFacets() {
    const read = (bytes) => readFacets(inflate(bytes));
    const files = await Promise.all(this.facets.map(({ print }) => this.file(`facets-${print}`, read)));
    return new Map(files.flatMap((file) => [...file]));
  }
}

function readByNumber(reader) {
  const files = [];
  let first = 0;
  for (let left = reader.number(); left > 0; left -= 1) {
    first += reader.number();
    files.push({ first, print: reader.hex(PRINT) });
  }
  return files;
}

function readByWord(reader) {
  const files = [];
  for (let left = reader.number(); left > 0; left -= 1) files.push({ first: reader.next(), print: reader.hex(PRINT) });
  return files;
}

// The last file whose first word is not after this one. Words are sorted by their bytes, which is by code points.
function lastAtMost(files, word) {
  let low = 0, high = files.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (isAfter(files[middle].first, word)) high = middle - 1; else low = middle;
  }
  return low;
}

function isAfter(one, other) {
  const [a, b] = [[...one], [...other]];
  for (let at = 0; at < a.length && at < b.length; at += 1) {
    if (a[at] !== b[at]) return a[at].codePointAt(0) > b[at].codePointAt(0);
  }
  return a.length > b.length;
}

function lastAt(files, number) {
  let low = 0, high = files.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (files[middle].first > number) high = middle - 1; else low = middle;
  }
  return low;
}

function readWords(bytes) {
  const reader = new Reader(bytes), words = [];
  while (!reader.isDone) {
    const word = reader.next(), count = reader.number(), length = reader.number(), first = reader.number();
    words.push({ word, count, first, bytes: reader.take(length) });
  }
  return words;
}

function readAlike(bytes) {
  const reader = new Reader(bytes), words = [];
  while (!reader.isDone) words.push({ word: reader.next(), frequency: reader.number() });
  return words;
}

function readTexts(bytes) {
  const reader = new Reader(bytes), pages = [];
  let number = 0;
  for (let left = reader.number(); left > 0; left -= 1) {
    number += reader.number();
    pages.push({ number, address: reader.text(), kind: reader.text(), minutes: reader.number(), length: reader.number() });
  }
  return new Map(pages.map(({ length, ...page }) => [page.number, { ...page, packed: reader.take(length) }]));
}

function readSections(bytes) {
  const reader = new Reader(bytes), sections = [];
  for (let left = reader.number(); left > 0; left -= 1) {
    sections.push({ anchor: reader.text(), level: reader.number(), heading: reader.text(), text: reader.text() });
  }
  return sections;
}

function readFacets(bytes) {
  const reader = new Reader(bytes), pages = new Map();
  let number = 0;
  const several = () => Array.from({ length: reader.number() }, () => reader.number());
  while (!reader.isDone) {
    number += reader.number();
    const kind = [reader.number()], level = reader.number(), time = [reader.number()];
    pages.set(number, { kind, level: level ? [level - 1] : [], time, topic: several(), audience: several() });
  }
  return pages;
}

// Calls `each` with every page that a word stands in and where its places begin: (page, bytes, at).
export function eachPage({ first, count, bytes }, each) {
  let page = first, at = 0;
  for (let left = count; left > 0; left -= 1) {
    each(page, bytes, at);
    for (;;) {
      let shift = 0, low = bytes[at];
      while (bytes[at] & 128) { at += 1; shift += 7; }
      at += 1;
      if (!(low & 32)) break;
    }
    if (left === 1) return;
    let step = 0, scale = 1, byte;
    do { byte = bytes[at++]; step += (byte & 127) * scale; scale *= 128; } while (byte > 127);
    page += step;
  }
}

// Calls `each` with every place in a page: (section, weight in the text, share of the heading).
export function eachPlace(bytes, at, each) {
  let section = 0;
  for (;;) {
    let place = 0, scale = 1, byte;
    do { byte = bytes[at++]; place += (byte & 127) * scale; scale *= 128; } while (byte > 127);
    section += place >> 6;
    each(section, place & 7, place >> 3 & 3);
    if (!(place & 32)) return;
    section += 1;
  }
}
