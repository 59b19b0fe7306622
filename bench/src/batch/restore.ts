import type { BlobKzg } from "@cairn/blobs";
import { rollupAbi } from "@cairn/contracts";
import type { Compress } from "@cairn/crypto";
import type { DevRollup } from "@cairn/devnet";
import { createBeaconSource } from "@cairn/l1";
import { CairnError } from "@cairn/protocol";
import { restoreRollup } from "@cairn/restore";
import { createMemoryStore } from "@cairn/state";
import type { BenchErrorCode } from "../errors.ts";

/**
 * Rebuilds the state from L1 alone, events, transactions and blobs, and compares its root with the contract's. Throws
 * `bench/not-restored`, and as `restoreRollup`.
 */
export async function restoreFromL1(
  { rollup, rpcUrl }: Pick<DevRollup, "rollup" | "rpcUrl">,
  kzg: BlobKzg,
  compress: Compress,
): Promise<void> {
  const blobs = { sources: [createBeaconSource({ url: rpcUrl, slots: { type: "number" } })], kzg };
  const { restored } = await restoreRollup({ store: createMemoryStore(), compress, rollup, blobs });
  const { reader, address } = rollup;
  const { root } = await reader.readContract({ address, abi: rollupAbi, functionName: "state" });
  if (BigInt(root) === restored.tree.root()) return;
  throw new CairnError<BenchErrorCode>("bench/not-restored", "the state rebuilt from L1 is not the contract's");
}
