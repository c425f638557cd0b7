// Decompresses texts that other programs compressed, in each of the three forms of DEFLATE.
import assert from "node:assert/strict";
import { test } from "node:test";
import { constants, deflateRawSync } from "node:zlib";
import { inflate } from "../../static/js/search/inflate.js";

function noise(length) {
  let seed = 7;
  return Uint8Array.from({ length }, () => (seed = (seed * 1103515245 + 12345) % 2147483648) >> 16);
}

const texts = [
  new Uint8Array(),
  new TextEncoder().encode("a"),
  new TextEncoder().encode("Öl trocknet. ".repeat(9000)),
  new TextEncoder().encode(Array.from({ length: 4000 }, (_, at) => `word${(at * 7919) % 613}`).join(" ")),
  noise(100_000),
];

for (const [name, options] of Object.entries({
  stored: { level: 0 },
  fixed: { strategy: constants.Z_FIXED },
  "with tables": { level: 9 },
})) {
  test(`data compressed as ${name} is restored`, () => {
    for (const text of texts) assert.deepEqual(Buffer.from(inflate(deflateRawSync(text, options))), Buffer.from(text));
  });
}

test("truncated data is refused", () => {
  const compressed = deflateRawSync(texts[3]);
  assert.throws(() => inflate(compressed.subarray(0, compressed.length - 9)));
});
