const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const BITS = 5;

/** RFC 4648 base32 in lower case, without padding. */
export function toBase32(bytes: Uint8Array): string {
  let text = "";
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    for (bits += 8; bits >= BITS; bits -= BITS) text += ALPHABET[(buffer >> (bits - BITS)) & 31];
    buffer &= (1 << bits) - 1;
  }
  return bits === 0 ? text : text + ALPHABET[(buffer << (BITS - bits)) & 31];
}

/** Inverse of {@link toBase32}; null for other characters and for leftover bits that are not zero. */
export function fromBase32(text: string): Uint8Array | null {
  const bytes: number[] = [];
  let buffer = 0;
  let bits = 0;
  for (const letter of text) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) return null;
    buffer = (buffer << BITS) | value;
    bits += BITS;
    if (bits >= 8) {
      bits -= 8;
      bytes.push(buffer >> bits);
      buffer &= (1 << bits) - 1;
    }
  }
  return buffer === 0 && bits < BITS ? Uint8Array.from(bytes) : null;
}
