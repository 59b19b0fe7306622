import {
  type Account,
  type AccountIndex,
  accountIndex,
  addressToBigint,
  bigintToAddress,
  bigintToHex,
  TREE_DEPTH,
  tokenId,
} from "@cairn/protocol";
import * as z from "zod/mini";
import {
  type CommittedBatch,
  committedBatchFromJson,
  committedBatchSchema,
  committedBatchToJson,
} from "./committed-batch.ts";
import { accountSchema } from "./resources.ts";
import { countSchema, described, pathSchema, wordToBigint } from "./values.ts";

/** Proof of an account in the state after a batch, or after the last sealed block: spec 1.2, 1.3. */
export const accountProofSchema = z.object({
  account: described(accountSchema, "0 in all fields"),
  block: described(countSchema, "the last one in this state"),
  batch: described(z.nullable(committedBatchSchema), "that ends with this state"),
  siblings: described(pathSchema(TREE_DEPTH), "from the leaf to the root"),
});

/** A proof of an account as the API and files have it. */
export type AccountProofJson = z.infer<typeof accountProofSchema>;

/** A proof of an account in a state. */
export interface AccountProof {
  readonly index: AccountIndex;
  /** The empty account where there is none. */
  readonly account: Account;
  /** The last one in this state. */
  readonly block: number;
  /** Null for a state that no batch on L1 ends with. */
  readonly batch: CommittedBatch | null;
  /** Per level of the tree, leaves first. */
  readonly siblings: readonly (readonly [bigint, bigint, bigint])[];
}

/**
 * A proof as JSON. Throws `protocol/out-of-range`.
 *
 * @example JSON.stringify(accountProofToJson(proof))
 */
export function accountProofToJson({ index, account, block, batch, siblings }: AccountProof): AccountProofJson {
  const hex = (value: bigint) => bigintToHex(value, 32);
  return {
    account: {
      index,
      owner: bigintToAddress(account.owner),
      tokenId: account.tokenId,
      nonce: account.nonce,
      balance: account.balance.toString(),
      key: hex(account.key),
      ownerKey: account.ownerKey,
    },
    block,
    batch: batch && committedBatchToJson(batch),
    siblings: siblings.map(([x, y, z]) => [hex(x), hex(y), hex(z)]),
  };
}

/**
 * Inverse of {@link accountProofToJson}; it checks the form, not what the proof says. Throws `protocol/unknown-circuit`,
 * `protocol/malformed-data`, `protocol/bad-hex`, `protocol/out-of-range`.
 *
 * @example const { account, siblings } = accountProofFromJson(accountProofSchema.parse(JSON.parse(text)));
 */
export function accountProofFromJson({ account, block, batch, siblings }: AccountProofJson): AccountProof {
  return {
    index: accountIndex(account.index),
    account: {
      owner: addressToBigint(account.owner),
      tokenId: tokenId(account.tokenId),
      nonce: account.nonce,
      balance: BigInt(account.balance),
      key: wordToBigint(account.key),
      ownerKey: account.ownerKey,
    },
    block,
    batch: batch && committedBatchFromJson(batch),
    siblings: siblings.map(([x, y, z]) => [wordToBigint(x), wordToBigint(y), wordToBigint(z)]),
  };
}
