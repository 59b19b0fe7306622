import { decodeSignature, encodeSignature } from "@cairn/crypto";
import {
  accountIndex,
  addressToBigint,
  bigintToAddress,
  bytesToHex,
  float16,
  float40,
  hexToBytes,
  hexToReference,
  type L2Transaction,
  LINK_BIAS,
  NO_REFERENCE,
  NONCE_BITS,
  namesOf,
  referenceToHex,
  type SignedTransaction,
  TIME_BITS,
  TRANSACTION_KINDS,
  type TransactionKind,
  type Transfer,
  type TransferToNew,
  tokenId,
} from "@cairn/protocol";
import * as z from "zod/mini";
import {
  addressSchema,
  amountSchema,
  bigintToWord,
  countSchema,
  described,
  fieldSchema,
  float16Schema,
  float40Schema,
  indexSchema,
  timeSchema,
  tokenIdSchema,
  wordSchema,
  wordToBigint,
} from "./values.ts";

/** A time as transactions name it. */
const secondSchema = z.int().check(z.minimum(0), z.maximum(2 ** TIME_BITS - 1));

/** A payment reference in JSON. */
export const referenceSchema = described(
  z.string().check(z.regex(/^0x[0-9a-fA-F]{62}$/)),
  "31 bytes of the sender's choice",
);

const common = {
  from: indexSchema,
  nonce: z.int().check(z.minimum(0), z.maximum(2 ** NONCE_BITS - 1)),
  tokenId: tokenIdSchema,
  amount: float40Schema,
  fee: float16Schema,
  validFrom: described(z._default(secondSchema, 0), "first second at which it may run"),
  validUntil: described(secondSchema, "last second at which it may run"),
  reference: z._default(referenceSchema, referenceToHex(NO_REFERENCE)),
  signature: described(z.string().check(z.regex(/^0x[0-9a-fA-F]{128}$/)), "rx and s, 32 bytes each"),
};

/** A transfer's partner in JSON. */
export const linkSchema = described(
  z.strictObject({
    offset: z.int().check(z.minimum(1 - LINK_BIAS), z.maximum(LINK_BIAS - 1)),
    content: fieldSchema,
  }),
  "the transaction that must",
);
const link = z._default(z.nullable(linkSchema), null);

/** Kind of a transaction. */
export const transactionKindSchema = z.enum(namesOf(TRANSACTION_KINDS));

/** Signed transactions in JSON, by their kind. */
export const SIGNED_BY_KIND = {
  transfer: z.strictObject({
    type: z.literal("transfer"),
    ...common,
    to: indexSchema,
    toOwner: addressSchema,
    toKey: fieldSchema,
    link,
  }),
  transferToNew: z.strictObject({
    type: z.literal("transferToNew"),
    ...common,
    toOwner: addressSchema,
    toKey: fieldSchema,
    link,
  }),
  withdraw: z.strictObject({ type: z.literal("withdraw"), ...common, recipient: addressSchema }),
} satisfies { readonly [Kind in TransactionKind]: z.ZodMiniType<{ readonly type: Kind }> };

/** A signed transaction in JSON. */
export const signedTransactionSchema = z.discriminatedUnion("type", [
  SIGNED_BY_KIND.transfer,
  SIGNED_BY_KIND.transferToNew,
  SIGNED_BY_KIND.withdraw,
]);

/** A signed transaction in JSON. */
export type SignedTransactionJson = z.infer<typeof signedTransactionSchema>;

/** What has become of a transaction; it goes backwards only with a reorg of L1. */
export const transactionStatusSchema = z.enum([
  "received",
  "confirmed",
  "proven",
  "final",
  "rejected",
  "replaced",
  "expired",
]);

/** What has become of a transaction. */
export type TransactionStatus = z.infer<typeof transactionStatusSchema>;

/** One step in a transaction's life. */
export const historyEntrySchema = z.object({
  type: z.string(),
  atMs: timeSchema,
  details: z.record(z.string(), z.unknown()),
});

/** Its place in a block. */
export const inclusionSchema = z.object({ block: countSchema, slot: countSchema });

/** A transaction with all that is known about it. */
export const transactionSchema = z.object({
  id: wordSchema,
  status: transactionStatusSchema,
  inclusion: z.nullable(inclusionSchema),
  group: described(z.array(wordSchema), "ids of the transactions"),
  transaction: signedTransactionSchema,
  amount: described(z.nullable(amountSchema), "decoded, once executed"),
  fee: z.nullable(amountSchema),
  createdIndex: described(z.nullable(indexSchema), "account that it created"),
  rejection: z.nullable(z.record(z.string(), z.unknown())),
  receivedAtMs: timeSchema,
  history: z.array(historyEntrySchema),
});

/** A transaction in a list, without its history. */
export const transactionSummarySchema = z.omit(transactionSchema, { history: true, group: true });

/** Transactions to run, together when more than one. */
export const submitRequestSchema = z.strictObject({
  transactions: z.array(signedTransactionSchema).check(z.minLength(1), z.maxLength(64)),
});

/** What was acknowledged. */
export const submitResponseSchema = z.object({
  transactions: z.array(
    z.object({ id: wordSchema, status: transactionStatusSchema, inclusion: z.nullable(inclusionSchema) }),
  ),
});

/** The JSON of a signed transaction. Throws `crypto/invalid-signature`, `protocol/out-of-range`. */
export function signedTransactionToJson({ transaction, signature }: SignedTransaction): SignedTransactionJson {
  const { from, nonce, tokenId: token, amount, fee, validFrom, validUntil, reference } = transaction;
  const fields = {
    from,
    nonce,
    tokenId: token,
    amount,
    fee,
    validFrom,
    validUntil,
    reference: referenceToHex(reference),
    signature: bytesToHex(encodeSignature(signature)),
  };
  const receiver = ({ toOwner, toKey, link }: Transfer | TransferToNew) => ({
    toOwner: bigintToAddress(toOwner),
    toKey: bigintToWord(toKey),
    link: link && { offset: link.offset, content: bigintToWord(link.content) },
  });
  switch (transaction.type) {
    case "transfer":
      return { type: "transfer", ...fields, to: transaction.to, ...receiver(transaction) };
    case "transferToNew":
      return { type: "transferToNew", ...fields, ...receiver(transaction) };
    case "withdraw":
      return { type: "withdraw", ...fields, recipient: bigintToAddress(transaction.recipient) };
  }
}

/**
 * Inverse of {@link signedTransactionToJson}. Throws `protocol/out-of-range`, `protocol/amount-overflow`,
 * `crypto/invalid-signature`.
 */
export function signedTransactionFromJson(json: SignedTransactionJson): SignedTransaction {
  const fields = {
    from: accountIndex(json.from),
    nonce: json.nonce,
    tokenId: tokenId(json.tokenId),
    amount: float40(json.amount),
    fee: float16(json.fee),
    validFrom: json.validFrom,
    validUntil: json.validUntil,
    reference: hexToReference(json.reference),
  };
  const receiver = ({ toOwner, toKey, link }: Exclude<SignedTransactionJson, { type: "withdraw" }>) => ({
    toOwner: addressToBigint(toOwner),
    toKey: wordToBigint(toKey),
    link: link && { offset: link.offset, content: wordToBigint(link.content) },
  });
  const transaction = ((): L2Transaction => {
    switch (json.type) {
      case "transfer":
        return { type: "transfer", ...fields, to: accountIndex(json.to), ...receiver(json) };
      case "transferToNew":
        return { type: "transferToNew", ...fields, ...receiver(json) };
      case "withdraw":
        return { type: "withdraw", ...fields, recipient: addressToBigint(json.recipient) };
    }
  })();
  return { transaction, signature: decodeSignature(hexToBytes(json.signature, 64)) };
}
