import { type BlockSize, tokenId } from "@cairn/protocol";
import L1_GAS from "../../l1-gas.json" with { type: "json" };
import type { NodeConfig } from "../config/config.ts";
import type { FeeSettings } from "./fee-policy.ts";

/**
 * Fees of a node for blocks of `slotCount` slots. Whoever causes a payout pays for as much gas as the publisher spends
 * on one: recipients and tokens decide how much they burn.
 */
export function feeSettingsOf(
  config: Pick<NodeConfig, "feeTokens" | "feeOperatorPercent" | "maxPayoutGas">,
  slotCount: BlockSize,
): FeeSettings {
  return {
    slotCount,
    batchGas: BigInt(L1_GAS.batch[slotCount]),
    blocksPerBatch: 1n,
    gasPerByte: BigInt(L1_GAS.publishedByte),
    payoutGas: BigInt(Math.max(L1_GAS.payout, config.maxPayoutGas)),
    tokens: config.feeTokens.map(({ tokenId: id, weiPer1e18 }) => ({ tokenId: tokenId(id), weiPer1e18 })),
    expectedFillPercent: 50n,
    operatorPercent: BigInt(config.feeOperatorPercent),
    tolerancePercent: 80n,
  };
}
