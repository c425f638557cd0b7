// The browser splits text into words as the program does: both are compared with words.json (by
// tests/it/search.rs for the program).
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { distance, parseQuery } from "../../static/js/search/query.js";
import { excerpt } from "../../static/js/search/excerpt.js";
import { eachWord } from "../../static/js/search/words.js";

const vectors = JSON.parse(await readFile(new URL("words.json", import.meta.url), "utf8"));

for (const [text, expected] of vectors) {
  test(`the words of ${JSON.stringify(text)}`, () => {
    assert.deepEqual(eachWord(text).map(({ word, isVerbatim }) => (isVerbatim ? word : `+${word}`)), expected);
  });
}

test("words have their positions in the text", () => {
  const text = "Ein „Größen“-Test: 日本語";
  assert.deepEqual(eachWord(text).map(({ start, end }) => text.slice(start, end)), ["Ein", "Größen", "Test", "日本", "本語", "語"]);
  const folded = "น้ำมัน ｶﾞﾗｽ";
  assert.deepEqual(eachWord(folded).map(({ start, end }) => folded.slice(start, end)), ["น้", "้ำ", "ำ", "ำม", "มั", "ัน", "น", "ｶﾞﾗ", "ﾗｽ", "ｽ"]);
});

test("typos are counted; two swapped letters are one", () => {
  const typos = (one, other, most = 2, isBegun = false) => distance([...one], [...other], most, isBegun);
  assert.equal(typos("recieve", "receive"), 1);
  assert.equal(typos("pluggin", "plugin"), 1);
  assert.equal(typos("boostrap", "bootstrap"), 1);
  assert.equal(typos("abc", "abc"), 0);
  assert.equal(typos("abcd", "wxyz"), 3);
  assert.equal(typos("instalat", "installation", 1, true), 1);
});

test("a query consists of words and quoted phrases, without stop words", () => {
  const words = (text) => parseQuery(text, "en").words.map(({ word, isOpen }) => (isOpen ? `${word}…` : word));
  assert.deepEqual(words("how do I install the plug"), ["install", "plug…"]);
  assert.deepEqual(words("install "), ["install"]);
  assert.deepEqual(words("the"), ["the…"]);
  assert.deepEqual(parseQuery("“give first” now", "en").phrases, [["give", "first"]]);
});

test("an excerpt shows the words in their context", () => {
  const text = `${"Something else entirely. ".repeat(20)}A first gift is given. ${"More of it. ".repeat(30)}`;
  const shown = excerpt(text, [{ word: "gift", meant: [{ word: "gift" }] }]);
  assert.deepEqual(shown.filter(({ isMarked }) => isMarked).map(({ text }) => text), ["gift"]);
  const whole = shown.map(({ text }) => text).join("");
  assert.ok(whole.includes("A first gift is given.") && whole.length < 230, whole);
});
