// Reads the files of the search index. Each is fetched when it is first needed.
import { Reader } from "./bytes.js";
import { inflate } from "./inflate.js";

const FORMAT = 2;
// The bytes of the hash at the end of a file name.
const HASH_BYTES = 6;
// If there are at most this many lists of texts and of words, they are fetched as soon as the search opens.
const WARM_MAX = { texts: 16, words: 4 };

export async function fetchBytes(url, options) {
  const answer = await fetch(url, options);
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

// All languages of a site by code. `base` is the address of the index folder; `index.bin` next to it lists its files.
export async function openIndex(base, bytesOf = fetchBytes) {
  const reader = new Reader(await bytesOf(new URL("../index.bin", base), { cache: "no-cache" }));
  if (reader.number() !== FORMAT) throw new Error("the index has an unknown format");
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
    this.texts = about.words;
    this.values = about.facets;
    this.boosts = new Map(about.boosts);
    const folder = new URL(`${this.code}/`, base);
    const files = new Map();
    this.file = (name, read) => {
      if (!files.has(name)) files.set(name, bytesOf(new URL(`${name}.bin`, folder)).then(read).catch((error) => { files.delete(name); throw error; }));
      return files.get(name);
    };
    // For texts and words, these files list further files.
    this.textLists = readByNumber(reader);
    this.facets = readByNumber(reader);
    this.wordLists = readByWord(reader);
    this.alike = new Map();
    for (let left = reader.number(); left > 0; left -= 1) this.alike.set(reader.number(), reader.hex(HASH_BYTES));
  }

  // Fetches the lists if they are few, so that the first key press does not wait for them.
  warm() {
    const fetchFew = (lists, few, read) => {
      if (lists.length <= few) for (const { hash } of lists) this.list(hash, read).catch(() => {});
    };
    fetchFew(this.textLists, WARM_MAX.texts, readByNumber);
    fetchFew(this.wordLists, WARM_MAX.words, readByWord);
  }

  list(hash, read) { return this.file(`list-${hash}`, (bytes) => read(new Reader(bytes))); }

  // At most `most` files with words that start like this. The first is the file that would contain such a word.
  async wordFiles(start, most) {
    const files = [];
    for (let at = lastAtMost(this.wordLists, start); at < this.wordLists.length && files.length < most; at += 1) {
      if (files.length && !this.wordLists[at].first.startsWith(start)) break;
      const list = await this.list(this.wordLists[at].hash, readByWord);
      let own = files.length ? 0 : lastAtMost(list, start);
      do files.push(list[own]); while (files.length < most && list[++own]?.first.startsWith(start));
      if (own < list.length) break;
    }
    return Promise.all(files.map(({ hash }) => this.file(`words-${hash}`, readWords)));
  }

  // The words that start like this from at most `most` files, with their pages: [{ word, count, first, bytes }].
  async wordsFrom(start, most) {
    const files = await this.wordFiles(start, most);
    return files.flatMap((words) => words.filter(({ word }) => word.startsWith(start)));
  }

  // All words of the file that would contain this one.
  async wordsNear(word) { return (await this.wordFiles(word, 1)).flat(); }

  // All words with this number of characters: [{ word, frequency }].
  async wordsOf(chars) {
    const hash = this.alike.get(chars);
    return hash ? this.file(`alike-${chars}-${hash}`, (bytes) => readAlike(inflate(bytes))) : [];
  }

  // A page as results show it: { address, kind, minutes, sections: [{ anchor, level, heading, text }] }.
  async page(number) {
    const list = await this.list(this.textLists[lastAt(this.textLists, number)].hash, readByNumber);
    const { first, hash } = list[lastAt(list, number)];
    const pages = await this.file(`texts-${first.toString(16).padStart(6, "0")}-${hash}`, readTexts);
    const page = pages.get(number);
    page.sections ??= readSections(inflate(page.packed));
    return page;
  }

  // The facets of every page: number → { kind, level, time, topic, audience }, as positions in `values`.
  async allFacets() {
    const read = (bytes) => readFacets(inflate(bytes));
    const files = await Promise.all(this.facets.map(({ hash }) => this.file(`facets-${hash}`, read)));
    return new Map(files.flatMap((file) => [...file]));
  }
}

function readByNumber(reader) {
  const files = [];
  let first = 0;
  for (let left = reader.number(); left > 0; left -= 1) {
    first += reader.number();
    files.push({ first, hash: reader.hex(HASH_BYTES) });
  }
  return files;
}

function readByWord(reader) {
  const files = [];
  for (let left = reader.number(); left > 0; left -= 1) files.push({ first: reader.next(), hash: reader.hex(HASH_BYTES) });
  return files;
}

// The last file whose first word is not after this one. Words are sorted by code points.
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

// Calls `each` for every page that contains the word, with the start of its positions there: (page, bytes, at).
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

// Calls `each` for every position in a page: (section, weight in the text, share of the heading).
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
