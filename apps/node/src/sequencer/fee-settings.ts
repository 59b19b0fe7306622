import { type SoloSize, tokenId } from "@cairn/protocol";
import L1_GAS from "../../l1-gas.json" with { type: "json" };
import type { NodeConfig } from "../config/config.ts";
import type { FeeSettings } from "./fee-policy.ts";

/**
 * What a batch of several blocks takes more than one of a block of 256 slots: the larger of its circuits has one more round in
 * its proof.
 */
const SEVERAL_BLOCKS_GAS = 30_000;

/**
 * Fees of a node for blocks of `slotCount` slots. Whoever causes a payout pays for as much gas as the publisher spends
 * on one: recipients and tokens decide how much they burn.
 */
export function feeSettingsOf(
  config: Pick<NodeConfig, "feeTokens" | "feeOperatorPercent" | "maxPayoutGas" | "batchBlocks" | "feeBatchBlocks">,
  slotCount: SoloSize,
): FeeSettings {
  const blocksPerBatch = Math.min(config.batchBlocks, config.feeBatchBlocks ?? Math.ceil(config.batchBlocks / 2));
  return {
    slotCount,
    batchGas: BigInt(config.batchBlocks === 1 ? L1_GAS.batch[slotCount] : L1_GAS.batch[256] + SEVERAL_BLOCKS_GAS),
    blocksPerBatch: BigInt(blocksPerBatch),
    gasPerByte: BigInt(L1_GAS.publishedByte),
    payoutGas: BigInt(Math.max(L1_GAS.payout, config.maxPayoutGas)),
    tokens: config.feeTokens.map(({ tokenId: id, weiPer1e18 }) => ({ tokenId: tokenId(id), weiPer1e18 })),
    expectedFillPercent: 50n,
    operatorPercent: BigInt(config.feeOperatorPercent),
    tolerancePercent: 80n,
  };
}
