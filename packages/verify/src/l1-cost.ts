import { l1Error } from "@cairn/l1";
import type { Hex } from "@cairn/protocol";
import { isHex } from "viem";
import { asking, assertRollup, type VerifierL1 } from "./l1.ts";

/** What a transaction on L1 cost its sender. */
export interface L1Cost {
  readonly gasUsed: number;
  /** 0 for a transaction without blobs. */
  readonly blobGasUsed: number;
  /** Wei, for gas and blob gas. */
  readonly paidWei: bigint;
  /** L1 block with the transaction. */
  readonly block: number;
}

/**
 * What a transaction on L1 cost, by its receipt; null for one that L1 does not have (yet). Throws `verify/wrong-chain`,
 * `l1/not-a-rollup`, `l1/unavailable`.
 *
 * @example const { paidWei } = (await readL1Cost(l1, batch.l1Transaction)) ?? { paidWei: 0n };
 */
export async function readL1Cost(l1: VerifierL1, transaction: string): Promise<L1Cost | null> {
  await assertRollup(l1);
  return asking("the receipt of a transaction", async () => {
    const answer = await l1.connection.request({ method: "eth_getTransactionReceipt", params: [transaction as Hex] });
    if (answer === null) return null;
    const receipt: Readonly<Record<string, unknown>> = Object(answer);
    const number = (name: string, fallback?: bigint): bigint => {
      const value = receipt[name];
      if (isHex(value)) return BigInt(value);
      if (value == null && fallback !== undefined) return fallback;
      throw l1Error("l1/unavailable", `the RPC answers with a receipt without ${name}`);
    };
    const [gasUsed, blobGasUsed] = [number("gasUsed"), number("blobGasUsed", 0n)];
    const paidWei = gasUsed * number("effectiveGasPrice") + blobGasUsed * number("blobGasPrice", 0n);
    return {
      gasUsed: Number(gasUsed),
      blobGasUsed: Number(blobGasUsed),
      paidWei,
      block: Number(number("blockNumber")),
    };
  });
}
