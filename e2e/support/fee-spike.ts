import { expect, vi } from "vitest";
import type { L1 } from "./l1.ts";
import type { NodeProcess } from "./node-process.ts";
import { readMetric } from "./populate.ts";

/**
 * Mines L1 blocks with a base fee, in wei, above what a node may pay, until the node says that its cap holds it back. L1 has to
 * be one that mines by hand.
 */
export async function spikeFees(
  l1: L1,
  node: NodeProcess,
  baseFee: bigint,
  wait: { readonly timeout: number; readonly interval: number },
): Promise<void> {
  const capped = await readMetric(node, "cairn_l1_fee_capped_total");
  await vi.waitFor(async () => {
    await l1.setNextBaseFee(baseFee);
    await l1.mine();
    expect(await readMetric(node, "cairn_l1_fee_capped_total")).toBeGreaterThan(capped);
  }, wait);
}
