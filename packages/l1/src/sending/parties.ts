import type { LocalAccount } from "viem";
import type { L1Reader } from "../connection.ts";

/**
 * What sending asks of a connection. Any viem client can be given this form with single actions, without the weight of
 * all of them.
 */
export type SendingReader = Pick<
  L1Reader,
  | "call"
  | "chain"
  | "estimateFeesPerGas"
  | "estimateGas"
  | "getBlock"
  | "getBlockNumber"
  | "getTransaction"
  | "getTransactionCount"
  | "getTransactionReceipt"
  | "pollingInterval"
  | "readContract"
  | "request"
>;

/** An account whose key is at hand: it signs transactions, and somebody else sends them. */
export interface SigningWallet {
  readonly account: Pick<LocalAccount, "address" | "signTransaction">;
}
