import type { CairnClient } from "../actions/context.ts";
import { feeFor, senderFor } from "../actions/paying.ts";
import { ceilToFee } from "../amounts.ts";
import type { NodeClient } from "../client.ts";
import { sdkError } from "../errors.ts";
import type { CustomersSession } from "./customer.ts";

/** Who pays for the transfers of a sweep. */
export type SweepFees =
  /** Each swept account, out of what it holds. */
  | { readonly by: "swept" }
  /** An account of the client's key, for several transfers that run together with one of nothing to itself. */
  | { readonly by: "payer"; readonly account: number; readonly tokenId: number };

/** A choice of {@link SweepFees}. */
export interface SweepFeesOptions {
  /**
   * Account of the client's key that pays the fees, in a token in which the node takes some. By default the swept
   * accounts pay, or, where the node takes no fees in their token, the key's richest account in ETH.
   */
  readonly feesFrom?: number;
}

/** Most transfers that run together; nodes allow fewer. */
const MOST_TOGETHER = 16;
const NO_LIMIT = 1n << 128n;

/** Chooses who pays. Throws `sdk/no-signer`, `sdk/unknown-account`, and as the client's reads do. */
export async function chooseFees(
  client: CairnClient,
  { node, tokenId }: Pick<CustomersSession, "tokenId"> & { readonly node: NodeClient },
  { feesFrom }: SweepFeesOptions,
): Promise<SweepFees> {
  const { feeTokens } = await node.rollup();
  if (feesFrom === undefined && feeTokens.includes(tokenId)) return { by: "swept" };
  const session = { client, node, l1: await client.cairn.l1(), signer: client.cairn.signer() };
  if (feesFrom === undefined) {
    const account = await senderFor(session, { token: "ETH" });
    return { by: "payer", account: account.index, tokenId: account.tokenId };
  }
  const account = await node.account({ index: feesFrom });
  if (!feeTokens.includes(account.tokenId))
    throw sdkError(
      "sdk/unknown-account",
      `account ${feesFrom} is in token ${account.tokenId}, in which the node takes no fees`,
    );
  return { by: "payer", account: account.index, tokenId: account.tokenId };
}

/** What a transfer costs now, in the token in which it is paid for. Throws `sdk/fee-too-high`. */
export function feeOfTransfer(
  node: NodeClient,
  fees: SweepFees,
  tokenId: number,
  limit: bigint = NO_LIMIT,
): Promise<bigint> {
  return feeFor({ node }, {}, { kind: "transfer", tokenId: fees.by === "swept" ? tokenId : fees.tokenId, limit });
}

/** Accounts that are swept together: as many as one payer's transfer may pay for, else as many as are kept together. */
export async function accountsPerPart(node: NodeClient, fees: SweepFees, most: number): Promise<number> {
  if (fees.by === "swept") return most;
  const { maxGroupSize } = await node.rollup();
  if (maxGroupSize > 1) return Math.min(MOST_TOGETHER, maxGroupSize) - 1;
  throw sdkError(
    "sdk/not-reached",
    "the node runs no transactions together, so that one account cannot pay for others",
  );
}

/** The payer's fee for its own transfer and those that it pays for. */
export function feeOfPayer(feeOfOne: bigint, transfers: number): bigint {
  return ceilToFee(feeOfOne * BigInt(transfers + 1));
}
