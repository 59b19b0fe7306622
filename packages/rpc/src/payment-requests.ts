import { BALANCE_BITS } from "@cairn/protocol";
import * as z from "zod/mini";
import { referenceSchema } from "./transactions.ts";
import {
  addressSchema,
  amountSchema,
  countSchema,
  described,
  fieldSchema,
  indexSchema,
  timeSchema,
  tokenIdSchema,
  wordSchema,
} from "./values.ts";

/** Most bytes of a memo in UTF-8. */
export const MAX_MEMO_BYTES = 4096;

/** A memo: well-formed text without zero characters. */
export const memoSchema = described(
  z.string().check(
    z.minLength(1),
    z.maxLength(MAX_MEMO_BYTES),
    z.refine((text) => !/[\p{Surrogate}\0]/u.test(text), "is no well-formed text"),
    z.refine(
      (text) => new TextEncoder().encode(text).length <= MAX_MEMO_BYTES,
      `has more than ${MAX_MEMO_BYTES} bytes`,
    ),
  ),
  `text of at most ${MAX_MEMO_BYTES} bytes; anyone who knows the reference can read it`,
);

const positiveAmountSchema = described(
  amountSchema.check(z.refine((digits) => digits !== "0" && BigInt(digits) < 1n << BigInt(BALANCE_BITS), "no amount")),
  "decimal integer, smallest unit; more than 0",
);
const ownReferenceSchema = described(
  referenceSchema.check(z.refine((hex) => !/^0x0+$/.test(hex), "is none")),
  "31 bytes by which",
);
const secondSchema = described(z.int().check(z.minimum(0), z.maximum(2 ** 40)), "last second");

/** What a payee asks for. */
export const newPaymentRequestSchema = z.strictObject({
  account: indexSchema,
  amount: positiveAmountSchema,
  reference: ownReferenceSchema,
  expiresAt: secondSchema,
  memo: described(z.optional(memoSchema), "what the reference is the hash of"),
  signature: described(z.string().check(z.regex(/^0x[0-9a-fA-F]{128}$/)), "by the account's key"),
});

/** What became of a request; it follows from the transactions that the node has. */
export const requestStatusSchema = z.enum(["open", "paid", "underpaid", "overpaid", "expired"]);

/** One payment of a request. */
export const paymentSchema = z.object({
  id: described(wordSchema, "of the transaction"),
  status: z.enum(["received", "confirmed", "proven", "final"]),
  amount: described(z.nullable(amountSchema), "null while a whole balance"),
  block: z.nullable(countSchema),
  slot: z.nullable(countSchema),
  timestamp: described(z.nullable(countSchema), "of the block,"),
  isLate: described(z.boolean(), "whether its block is later"),
  isRecalled: described(z.boolean(), "on its sender's word"),
});

/** A request with what became of it. */
export const paymentRequestSchema = z.object({
  id: wordSchema,
  account: indexSchema,
  owner: addressSchema,
  key: fieldSchema,
  tokenId: tokenIdSchema,
  amount: amountSchema,
  reference: referenceSchema,
  expiresAt: countSchema,
  createdAtMs: timeSchema,
  memo: z.nullable(z.string()),
  status: described(requestStatusSchema, "by what blocks hold that are not late"),
  certainty: described(z.nullable(z.enum(["confirmed", "proven", "final"])), "of the least certain payment"),
  paid: described(amountSchema, "what counts"),
  paidLate: amountSchema,
  paidRecalled: described(amountSchema, "by recalled ones"),
  payments: described(z.array(paymentSchema), "at most 100"),
});
