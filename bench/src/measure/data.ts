import { type BlockSize, cellsToBytes, encodeBlockCells } from "@cairn/protocol";
import type { ExecutedBlock } from "@cairn/vm";
import { createFastCrypto } from "../workload/crypto.ts";
import { executeInMemory } from "../workload/memory-rollup.ts";

/** Published bytes of blocks of one size, without cells of 0 at the end, as in calldata. */
export interface DataReport {
  readonly slots: BlockSize;
  readonly transfersBytes: number;
  /** Of a block with a transfer in every slot, header cell included. */
  readonly bytesPerTransfer: number;
  readonly fullBytes: number;
}

/** Executes blocks and counts what they publish. */
export async function measureData(sizes: readonly BlockSize[]): Promise<DataReport[]> {
  const crypto = await createFastCrypto();
  return sizes.map((slots) => {
    const [transfersBytes = 0, fullBytes = 0] = (["transfers", "full"] as const).map((kind) =>
      bytesOf(executeInMemory(kind, slots, crypto)),
    );
    return { slots, transfersBytes, bytesPerTransfer: transfersBytes / slots, fullBytes };
  });
}

function bytesOf({ publishedData, l1OperationCount, timestamp }: ExecutedBlock): number {
  const cells = encodeBlockCells({ ...publishedData, l1Count: l1OperationCount, timestamp: BigInt(timestamp) });
  return cellsToBytes(cells).length;
}
