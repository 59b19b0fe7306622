import {
  AMOUNT_WHOLE_BALANCE,
  addressProblem,
  bigintToHex,
  bytesToBigint,
  FIELD_MODULUS,
  hexToBytes,
  MAX_ACCOUNTS,
} from "@cairn/protocol";
import * as z from "zod/mini";

/** A copy of the schema with a description for the OpenAPI document; `details.ts` has how long ones go on. */
// @__NO_SIDE_EFFECTS__
export function described<Schema extends z.core.$ZodType>(schema: Schema, description: string): Schema {
  const copy = z.clone(schema, schema._zod.def, { parent: true });
  z.globalRegistry.add(copy, { description });
  return copy;
}

/** 20-byte address, `0x` and 40 hex digits; mixed case must have the EIP-55 checksum. */
export const addressSchema = described(
  z.string().check(
    z.regex(/^0x[0-9a-fA-F]{40}$/),
    z.refine((text) => addressProblem(text) === null, "has a wrong checksum"),
  ),
  "L1 address",
);

/** 32 bytes, `0x` and 64 hex digits. */
export const wordSchema = described(z.string().check(z.regex(/^0x[0-9a-fA-F]{64}$/)), "32 bytes");

/** A field element: 32 bytes below the field modulus. */
export const fieldSchema = described(
  wordSchema.check(z.refine((hex) => wordToBigint(hex) < FIELD_MODULUS, "not below the field modulus")),
  "BN254 scalar field element",
);

/** The three other children of each node on a path up a tree: of `levels` levels, or as many and fewer. */
// @__NO_SIDE_EFFECTS__
export function pathSchema(levels: number, fewest: number = levels) {
  const siblings = z.tuple([fieldSchema, fieldSchema, fieldSchema]);
  return z.array(siblings).check(z.minLength(fewest), z.maxLength(levels));
}

/** Bytes of any length. */
export const bytesSchema = described(z.string().check(z.regex(/^0x(?:[0-9a-fA-F]{2})*$/)), "bytes");

/** An amount in the token's smallest unit, decimal digits. */
export const amountSchema = described(
  z.string().check(z.regex(/^(?:0|[1-9][0-9]{0,38})$/)),
  "decimal integer, smallest unit",
);

/** Index of an account. */
export const indexSchema = z.int().check(z.minimum(0), z.maximum(MAX_ACCOUNTS - 1));

/** Number of a token. */
export const tokenIdSchema = z.int().check(z.minimum(0), z.maximum(2 ** 32 - 1));

/** Number of a block or batch, a position in a list. */
export const countSchema = z.int().check(z.minimum(0), z.maximum(Number.MAX_SAFE_INTEGER));

/** Milliseconds since the epoch. */
export const timeSchema = described(countSchema, "milliseconds since the epoch");

/** float40, as it is signed. */
export const float40Schema = described(
  z.int().check(z.minimum(0), z.maximum(AMOUNT_WHOLE_BALANCE)),
  "amount as float40",
);

/** float16, as it is signed. */
export const float16Schema = described(z.int().check(z.minimum(0), z.maximum(2 ** 16 - 1)), "fee as float16");

/** Integer of 0x hex. Throws `protocol/bad-hex`. */
export function wordToBigint(hex: string): bigint {
  return bytesToBigint(hexToBytes(hex));
}

/** 32-byte hex of an integer below 2^256. Throws `protocol/out-of-range`. */
export function bigintToWord(value: bigint): string {
  return bigintToHex(value, 32);
}
