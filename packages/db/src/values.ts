import { bigintToBytes, bytesToBigint, concatBytes } from "@cairn/protocol";
import { sql } from "kysely";

const WORD_BYTES = 32;

/** A field element or hash as 32 stored bytes. */
export function word(value: bigint): Uint8Array {
  return bigintToBytes(value, WORD_BYTES);
}

/** Field elements or hashes one after another, 32 bytes each. */
export function words(values: readonly bigint[]): Uint8Array {
  return concatBytes(...values.map(word));
}

/** Inverse of {@link words}; what is left of an incomplete word counts as one. */
export function wordsOf(stored: Uint8Array): bigint[] {
  return Array.from({ length: Math.ceil(stored.length / WORD_BYTES) }, (_, i) =>
    bytesToBigint(stored.subarray(WORD_BYTES * i, WORD_BYTES * (i + 1))),
  );
}

/** An address as 20 stored bytes. */
export function address(value: bigint): Uint8Array {
  return bigintToBytes(value, 20);
}

/** Plain bytes of a driver's answer: node-postgres returns Buffers, which compare unequal to Uint8Arrays. */
export function bytes(stored: Uint8Array): Uint8Array {
  return Uint8Array.from(stored);
}

/** Integer of stored bytes, null where there are none. */
export function optionalBigint(stored: Uint8Array | null): bigint | null {
  return stored === null ? null : bytesToBigint(stored);
}

/** Plain bytes, null where there are none. */
export function optionalBytes(stored: Uint8Array | null): Uint8Array | null {
  return stored === null ? null : bytes(stored);
}

/** Amount of stored decimal digits, null where there are none. */
export function optionalAmount(stored: string | null): bigint | null {
  return stored === null ? null : BigInt(stored);
}

/** JSON text in which bigints are decimal strings. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (typeof part === "bigint" ? part.toString() : part));
}

/** A column of bytes for `unnest`: text on the wire, because the drivers disagree on arrays of bytes. */
export function bytesColumn(values: readonly (Uint8Array | null)[]) {
  return sql`${values.map((value) => (value === null ? null : hexText(value)))}::text[]::bytea[]`;
}

/** A column of numbers for `unnest`. */
export function numberColumn(values: readonly (number | null)[]) {
  return sql`${values.map((value) => (value === null ? null : String(value)))}::text[]::bigint[]`;
}

/** A column of amounts for `unnest`. */
export function amountColumn(values: readonly (bigint | null)[]) {
  return sql`${values.map((value) => (value === null ? null : value.toString()))}::text[]::numeric[]`;
}

/** A column of texts for `unnest`. */
export function textColumn(values: readonly (string | null)[]) {
  return sql`${[...values]}::text[]`;
}

function hexText(value: Uint8Array): string {
  return `\\x${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")}`;
}
