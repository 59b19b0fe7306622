import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BlockSize, bytesToHex, type Domain, dataHash, payoutsHash, trimPublishedData } from "@cairn/protocol";
import type { History, ScenarioBlock } from "@cairn/testkit";
import type { RollupIdentity } from "../src/identity.ts";
import type { PublishedBatch } from "../src/published-batch.ts";

const folders: string[] = [];

/** The batch of a block, as L1 would hold it. */
export function publishedBatch({ block, oldRoot, newRoot, l1Operations }: ScenarioBlock): PublishedBatch {
  const { slotCount, publishedBytes, payouts } = block;
  return {
    number: block.blockNumber,
    header: {
      slots: slotCount as BlockSize,
      firstBlock: BigInt(block.blockNumber),
      lastBlock: BigInt(block.blockNumber),
      timestamp: BigInt(block.timestamp),
      oldRoot,
      newRoot,
      newNextIndex: block.newNextIndex,
      l1OperationCount: l1Operations.length,
      payoutsHash: payoutsHash(slotCount, payouts),
      txRoot: block.txRoot,
    },
    dataHash: dataHash(slotCount, publishedBytes),
    publishedData: trimPublishedData(publishedBytes),
    l1Operations,
    queueHash: block.queueHashAfter,
    origin: {
      l1Block: 100 + block.blockNumber,
      transactionHash: new Uint8Array(32).fill(block.blockNumber),
      resumeBlock: 90 + block.blockNumber,
    },
  };
}

/** The batches of a history. */
export function publishedBatches({ blocks }: Pick<History, "blocks">): PublishedBatch[] {
  return blocks.map(publishedBatch);
}

/** The rollup of a domain, for all block sizes. */
export function identityOf({ chainId, rollup }: Domain): RollupIdentity {
  return { chainId, rollup, sizes: [16, 64, 256] };
}

/** The items as a stream. */
export async function* stream<T>(items: Iterable<T>): AsyncGenerator<T, void, void> {
  for (const item of items) yield item;
}

/** All items of a stream. */
export async function gather<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** A batch as plain values that can be compared. */
export function comparable(batch: PublishedBatch): object {
  return {
    ...batch,
    header: { ...batch.header, payoutsHash: bytesToHex(batch.header.payoutsHash) },
    dataHash: bytesToHex(batch.dataHash),
    publishedData: bytesToHex(batch.publishedData),
    queueHash: bytesToHex(batch.queueHash),
    origin: { ...batch.origin, transactionHash: bytesToHex(batch.origin.transactionHash) },
  };
}

/** A new folder that {@link removeFolders} removes. */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), "cairn-restore-"));
  folders.push(path);
  return path;
}

export function removeFolders(): void {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true, force: true });
}
