import { type BlockSize, trimPublishedData } from "@cairn/protocol";
import { createFastCrypto } from "../workload/crypto.ts";
import { executeInMemory } from "../workload/memory-rollup.ts";

/** Published bytes of blocks of one size, without trailing zeros, as in calldata. */
export interface DataReport {
  readonly slots: BlockSize;
  readonly transfersBytes: number;
  /** Of a block with a transfer in every slot, fee indices included. */
  readonly bytesPerTransfer: number;
  readonly fullBytes: number;
}

/** Executes blocks and counts what they publish. */
export async function measureData(sizes: readonly BlockSize[]): Promise<DataReport[]> {
  const crypto = await createFastCrypto();
  return sizes.map((slots) => {
    const [transfersBytes = 0, fullBytes = 0] = (["transfers", "full"] as const).map(
      (kind) => trimPublishedData(executeInMemory(kind, slots, crypto).publishedBytes).length,
    );
    return { slots, transfersBytes, bytesPerTransfer: transfersBytes / slots, fullBytes };
  });
}
