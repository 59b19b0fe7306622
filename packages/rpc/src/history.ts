import * as z from "zod/mini";
import { digits, limitWith, MAX_PAGE, next, nextOfPart, page } from "./paging.ts";
import { PAYOUT_STATUSES, queueEntrySchema } from "./resources.ts";
import { referenceSchema, transactionStatusSchema } from "./transactions.ts";
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

/** What an entry of a history is about. */
export const entryTypeSchema = z.enum([
  "transfer",
  "withdraw",
  "deposit",
  "forcedWithdraw",
  "setKey",
  "payout",
  "fees",
]);

/** One line of a history; fields that its type does not have are null. */
export const ledgerEntrySchema = z.object({
  type: entryTypeSchema,
  direction: described(z.enum(["in", "out", "both", "none"]), "whether money comes or goes"),
  status: described(transactionStatusSchema, "of an entry of the L1 queue"),
  atMs: described(timeSchema, "when the node received it"),
  id: described(z.nullable(wordSchema), "of the transaction;"),
  queuePosition: described(z.nullable(countSchema), "of the entry of the L1 queue"),
  from: described(
    z.nullable(z.object({ account: z.nullable(indexSchema), owner: addressSchema })),
    "account that pays",
  ),
  to: described(
    z.nullable(z.object({ account: z.nullable(indexSchema), owner: addressSchema })),
    "account that is paid",
  ),
  tokenId: z.nullable(tokenIdSchema),
  amount: described(z.nullable(amountSchema), "what moves"),
  fee: z.nullable(amountSchema),
  reference: described(z.nullable(referenceSchema), "null where the node"),
  isRecalled: described(z.optional(z.boolean()), "on its sender's word"),
  key: described(z.nullable(fieldSchema), "new key of an account"),
  outcome: described(
    z.nullable(z.enum(["toppedUp", "created", "refunded", "exited", "keySet", "noEffect"])),
    "what an entry",
  ),
  block: z.nullable(countSchema),
  slot: z.nullable(countSchema),
  timestamp: described(z.nullable(countSchema), "of the block,"),
  payout: described(
    z.nullable(
      z.object({
        block: countSchema,
        position: described(countSchema, "in the block's list"),
        status: z.enum(PAYOUT_STATUSES),
        l1Transaction: described(z.nullable(wordSchema), "that settled it"),
      }),
    ),
    "what L1 pays",
  ),
  l1Transaction: described(z.nullable(wordSchema), "that made the entry"),
  rejection: z.nullable(z.record(z.string(), z.unknown())),
});

/** Which entries of a history. */
export const historyQuerySchema = z.object({
  direction: described(z.optional(z.enum(["in", "out"])), "only what comes"),
  type: z.optional(entryTypeSchema),
  tokenId: z.optional(z.pipe(digits, tokenIdSchema)),
  status: z.optional(transactionStatusSchema),
  reference: z.optional(referenceSchema),
  sinceMs: described(z.optional(digits), "only entries whose `atMs`"),
  untilMs: described(z.optional(digits), "only entries whose `atMs` is earlier"),
  ...page,
});

/** A page of a history. */
export const historyPageSchema = z.object({ entries: z.array(ledgerEntrySchema), next: nextOfPart });

/** What an owner has in a token. */
export const balanceSchema = z.object({
  tokenId: tokenIdSchema,
  balance: described(amountSchema, "of all accounts together"),
  ownerKeyBalance: described(amountSchema, "of accounts whose key"),
  keylessBalance: described(amountSchema, "of accounts without a key"),
  accounts: described(countSchema, "how many"),
});

/** Which accounts of an owner to sum up. */
export const balancesQuerySchema = z.object({
  tokenId: z.optional(z.pipe(digits, tokenIdSchema)),
  key: described(z.optional(wordSchema), "only accounts with this key"),
  cursor: page.cursor,
});

/** Sums of an owner's accounts. */
export const balancesSchema = z.object({
  balances: described(z.array(balanceSchema), "of up to 1,000 accounts"),
  block: described(countSchema, "the open block if there is one"),
  next: nextOfPart,
});

/** Which deposits. */
export const depositsQuerySchema = z.object({
  owner: described(z.optional(addressSchema), "of the credited account"),
  l1Transaction: z.optional(wordSchema),
  ...page,
  limit: limitWith(MAX_PAGE),
});

/** A page of deposits. */
export const depositsSchema = z.object({ deposits: z.array(queueEntrySchema), next });
