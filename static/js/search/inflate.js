// Decompresses DEFLATE (RFC 1951) synchronously. The browser's own decompression is a stream, which takes several milliseconds for
// each short text of the index. This takes less than one.
const LENGTH_BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
// Distances: two bases for each number of extra bits.
const DISTANCE_BITS = Array.from({ length: 30 }, (_, code) => Math.max(0, (code >> 1) - 1));
const DISTANCE_BASE = [];
for (const [code, bits] of DISTANCE_BITS.entries()) DISTANCE_BASE.push(code ? DISTANCE_BASE[code - 1] + 2 ** DISTANCE_BITS[code - 1] : bits + 1);
// The order of the code lengths for the code length alphabet.
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

let fixed;

export function inflate(packed) {
  let at = 0, held = 0, bits = 0, end = 0, isLast = false;
  let out = new Uint8Array(Math.max(256, packed.length * 4));

  const take = (count) => {
    while (bits < count) {
      if (at >= packed.length) throw new Error("the compressed data ends too early");
      held |= packed[at++] << bits;
      bits += 8;
    }
    const taken = held & (1 << count) - 1;
    held >>>= count;
    bits -= count;
    return taken;
  };
  const room = (more) => {
    if (end + more <= out.length) return;
    const larger = new Uint8Array(Math.max(out.length * 2, end + more));
    larger.set(out);
    out = larger;
  };
  const symbol = ({ counts, symbols }) => {
    let code = 0, first = 0, before = 0;
    for (let length = 1; length < 16; length += 1) {
      code |= take(1);
      const count = counts[length];
      if (code - first < count) return symbols[before + code - first];
      before += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new Error("the compressed data has an invalid code");
  };

  const tables = () => {
    const texts = take(5) + 257, far = take(5) + 1, given = take(4) + 4;
    const own = new Uint8Array(19), lengths = new Uint8Array(texts + far);
    for (let index = 0; index < given; index += 1) own[ORDER[index]] = take(3);
    const table = codes(own);
    for (let index = 0; index < lengths.length;) {
      const next = symbol(table);
      if (next < 16) { lengths[index++] = next; continue; }
      const value = next === 16 ? lengths[index - 1] : 0;
      const times = next === 16 ? 3 + take(2) : next === 17 ? 3 + take(3) : 11 + take(7);
      lengths.fill(value, index, index += times);
    }
    return [codes(lengths.subarray(0, texts)), codes(lengths.subarray(texts))];
  };

  while (!isLast) {
    isLast = take(1) === 1;
    const type = take(2);
    if (type === 0) {
      // Uncompressed data starts at a whole byte.
      take(bits & 7);
      const length = take(16);
      take(16);
      room(length);
      for (let left = length; left > 0; left -= 1) out[end++] = take(8);
      continue;
    }
    if (type === 3) throw new Error("the compressed data has an unknown block type");
    const [texts, far] = type === 1 ? fixed ??= fixedTables() : tables();
    for (;;) {
      const next = symbol(texts);
      if (next < 256) { room(1); out[end++] = next; continue; }
      if (next === 256) break;
      const length = LENGTH_BASE[next - 257] + take(LENGTH_BITS[next - 257]);
      const code = symbol(far), from = end - DISTANCE_BASE[code] - take(DISTANCE_BITS[code]);
      room(length);
      for (let step = 0; step < length; step += 1) out[end++] = out[from + step];
    }
  }
  return out.subarray(0, end);
}

// Canonical codes of the given lengths: shorter codes first, codes of one length in the order of their symbols.
function codes(lengths) {
  const counts = new Uint16Array(16), starts = new Uint16Array(17), symbols = new Uint16Array(lengths.length);
  for (const length of lengths) if (length) counts[length] += 1;
  for (let length = 1; length < 16; length += 1) starts[length + 1] = starts[length] + counts[length];
  for (const [symbol, length] of lengths.entries()) if (length) symbols[starts[length]++] = symbol;
  return { counts, symbols };
}

function fixedTables() {
  const lengths = new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280, 288);
  return [codes(lengths), codes(new Uint8Array(30).fill(5))];
}
