import {
  AMOUNT_WHOLE_BALANCE,
  addressProblem,
  bigintToHex,
  bytesToBigint,
  FIELD_MODULUS,
  hexToBytes,
  MAX_ACCOUNTS,
} from "@cairn/protocol";
import { z } from "zod";

/** 20-byte address, `0x` and 40 hex digits; mixed case must have the EIP-55 checksum. */
export const addressSchema = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/)
  .refine((text) => addressProblem(text) === null, "has a wrong checksum")
  .meta({ description: "L1 address; mixed case must have the EIP-55 checksum" });

/** 32 bytes, `0x` and 64 hex digits. */
export const wordSchema = z
  .string()
  .regex(/^0x[0-9a-fA-F]{64}$/)
  .meta({ description: "32 bytes" });

/** A field element: 32 bytes below the field modulus. */
export const fieldSchema = wordSchema
  .refine((hex) => wordToBigint(hex) < FIELD_MODULUS, "not below the field modulus")
  .meta({ description: "BN254 scalar field element, 32 bytes" });

/** Bytes of any length. */
export const bytesSchema = z
  .string()
  .regex(/^0x(?:[0-9a-fA-F]{2})*$/)
  .meta({ description: "bytes" });

/** An amount in the token's smallest unit, decimal digits. */
export const amountSchema = z
  .string()
  .regex(/^(?:0|[1-9][0-9]{0,38})$/)
  .meta({ description: "decimal integer, smallest unit" });

/** Index of an account. */
export const indexSchema = z
  .int()
  .min(0)
  .max(MAX_ACCOUNTS - 1);

/** Number of a token. */
export const tokenIdSchema = z
  .int()
  .min(0)
  .max(2 ** 32 - 1);

/** Number of a block or batch, a position in a list. */
export const countSchema = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/**
 * Where a page of payouts begins: after a payout, given as `block-position`, or before a block, given as its number.
 */
export const payoutCursorSchema = z
  .string()
  .regex(/^[0-9]{1,15}(?:-[0-9]{1,4})?$/)
  .meta({ description: "`next` of the previous page, or a block number: payouts of earlier blocks" });

/** Milliseconds since the epoch. */
export const timeSchema = countSchema.meta({ description: "milliseconds since the epoch" });

/** float40, as it is signed. */
export const float40Schema = z.int().min(0).max(AMOUNT_WHOLE_BALANCE).meta({ description: "amount as float40" });

/** float16, as it is signed. */
export const float16Schema = z
  .int()
  .min(0)
  .max(2 ** 16 - 1)
  .meta({ description: "fee as float16" });

/** Integer of 0x hex. Throws `protocol/bad-hex`. */
export function wordToBigint(hex: string): bigint {
  return bytesToBigint(hexToBytes(hex));
}

/** 32-byte hex of an integer below 2^256. Throws `protocol/out-of-range`. */
export function bigintToWord(value: bigint): string {
  return bigintToHex(value, 32);
}
