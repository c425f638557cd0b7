// Reads the binary files of the index. src/output/search/bytes.rs writes them.
const text = new TextDecoder();

export class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
    this.word = new Uint8Array(256);
  }

  get isDone() { return this.at >= this.bytes.length; }

  number() {
    let number = 0, shift = 1;
    for (;;) {
      const byte = this.bytes[this.at++];
      number += (byte & 127) * shift;
      if (byte < 128) return number;
      shift *= 128;
    }
  }

  take(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  text() { return text.decode(this.take(this.number())); }

  // The next word of a sorted list.
  next() {
    const shared = this.number(), length = this.number();
    this.word.set(this.take(length), shared);
    return text.decode(this.word.subarray(0, shared + length));
  }

  hex(length) { return Array.from(this.take(length), (byte) => byte.toString(16).padStart(2, "0")).join(""); }
}
