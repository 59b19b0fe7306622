import { bytesToBigint, bytesToNumber } from "./bytes.ts";

/** Reads fixed-width big-endian fields one after another. */
export interface ByteCursor {
  /** The next bytes, not copied. Precondition of all reads: enough bytes are left. */
  bytes(length: number): Uint8Array;
  /** An integer of at most 6 bytes. */
  number(length: number): number;
  bigint(length: number): bigint;
  /** An integer of 8 bytes if a number can hold it exactly, else NaN. */
  safe64(): number;
  /** Bytes left. */
  left(): number;
}

/**
 * The same bytes as a plain array: `slice` of a Buffer would not copy.
 *
 * @example plainBytes(Buffer.from("ab")).constructor === Uint8Array // true
 */
export function plainBytes({ buffer, byteOffset, byteLength }: Uint8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/**
 * A cursor at the first byte.
 *
 * @example const circuitType = createByteCursor(header).number(1);
 */
export function createByteCursor(bytesOrBuffer: Uint8Array): ByteCursor {
  const source = plainBytes(bytesOrBuffer);
  let offset = 0;
  const bytes = (length: number): Uint8Array => {
    const taken = source.subarray(offset, offset + length);
    offset += length;
    return taken;
  };
  return {
    bytes,
    number: (length) => bytesToNumber(bytes(length)),
    bigint: (length) => bytesToBigint(bytes(length)),
    safe64: () => {
      const [high, low] = [bytesToNumber(bytes(4)), bytesToNumber(bytes(4))];
      return high < 2 ** 21 ? high * 2 ** 32 + low : Number.NaN;
    },
    left: () => source.length - offset,
  };
}

/**
 * 8 big-endian bytes of a safe integer.
 *
 * @example encodeSafe64(1) // seven zero bytes, then 1
 */
export function encodeSafe64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

/**
 * 4 big-endian bytes.
 *
 * @example encodeUint32(1) // three zero bytes, then 1
 */
export function encodeUint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
