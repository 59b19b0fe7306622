import { cellsToBytes, type SoloSize } from "@cairn/protocol";
import { createFastCrypto } from "../workload/crypto.ts";
import { executeInMemory } from "../workload/memory-rollup.ts";

/** Published bytes of blocks of one size, without cells of 0 at the end, as in calldata. */
export interface DataReport {
  readonly slots: SoloSize;
  readonly transfersBytes: number;
  /** Of a block with a transfer in every slot, header cell included. */
  readonly bytesPerTransfer: number;
  readonly fullBytes: number;
}

/** Executes blocks and counts what they publish. */
export async function measureData(sizes: readonly SoloSize[]): Promise<DataReport[]> {
  const crypto = await createFastCrypto();
  return sizes.map((slots) => {
    const [transfersBytes = 0, fullBytes = 0] = (["transfers", "full"] as const).map((kind) => {
      return cellsToBytes(executeInMemory(kind, slots, crypto).cells).length;
    });
    return { slots, transfersBytes, bytesPerTransfer: transfersBytes / slots, fullBytes };
  });
}
