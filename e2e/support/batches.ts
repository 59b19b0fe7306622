import { fromHeaderStruct, rollupAbi } from "@cairn/contracts";
import type { L1Rollup } from "@cairn/l1";
import { type DataSource, hexToBytes } from "@cairn/protocol";
import { decodeFunctionData, getAbiItem, type Hex } from "viem";
import { expect, vi } from "vitest";
import { readApi } from "./api.ts";
import { type Population, pay } from "./populate.ts";
import type { Scene } from "./scene.ts";

const BATCH_SUBMITTED = getAbiItem({ abi: rollupAbi, name: "BatchSubmitted" });
const WAIT = { timeout: 60_000, interval: 100 };

/** A batch as its event on L1 shows it. */
export interface LoggedBatch {
  readonly number: number;
  readonly firstBlock: number;
  readonly lastBlock: number;
  /** How many. */
  readonly blocks: number;
  readonly dataSource: DataSource;
  /** Entries of the L1 queue consumed by it and all batches before it. */
  readonly queueHead: number;
  /** Of a batch in a blob the blob's versioned hash, 32 bytes. */
  readonly versionedHash: Uint8Array;
  readonly l1Block: number;
  /** L1 address in lower case. */
  readonly submitter: string;
}

/** All batches that L1 has accepted, in order. */
export async function readBatches({ reader, address }: L1Rollup): Promise<LoggedBatch[]> {
  // Anvil answers calls with the state of a block a moment before it lists the block's logs.
  const logs = await vi.waitUntil(async () => {
    const { batchCount } = await reader.readContract({ address, abi: rollupAbi, functionName: "state" });
    const listed = await reader.getLogs({ address, event: BATCH_SUBMITTED, fromBlock: 0n, strict: true });
    return listed.length >= batchCount && listed;
  }, WAIT);
  return logs.map(({ args: { batchNumber, submitter, header: struct, queueHead, dataCommitment }, blockNumber }) => {
    const header = fromHeaderStruct(struct);
    const [firstBlock, lastBlock] = [Number(header.firstBlock), Number(header.lastBlock)];
    return {
      number: Number(batchNumber),
      firstBlock,
      lastBlock,
      blocks: lastBlock - firstBlock + 1,
      dataSource: header.dataSource,
      queueHead: Number(queueHead),
      versionedHash: hexToBytes(dataCommitment),
      l1Block: Number(blockNumber),
      submitter: submitter.toLowerCase(),
    };
  });
}

/** How many blocks the batch has that a call of `submitBatch` submits. */
export function blocksSubmitted(data: Hex): number {
  const { functionName, args } = decodeFunctionData({ abi: rollupAbi, data });
  if (functionName !== "submitBatch") throw new RangeError(`a call of ${functionName}`);
  const { firstBlock, lastBlock } = fromHeaderStruct(args[0]);
  return Number(lastBlock - firstBlock) + 1;
}

/** Waits until the newest block is sealed: what is sent now comes into a later one. */
export async function untilSealed(scene: Scene): Promise<void> {
  await vi.waitFor(async () => {
    const { blocks } = await readApi(scene.api(), "blocks", { query: { limit: "1" } });
    expect(blocks[0]?.status).not.toBe("open");
  }, WAIT);
}

/**
 * Checks that L1 has accepted a batch of several blocks after the first `after` batches: that what the test did was done to
 * such batches. With real proofs every batch is a block, and nothing is checked.
 */
export async function expectSeveralBlocks({ l1, proofs }: Scene, after = 0): Promise<void> {
  if (proofs === "real") return;
  const batches = (await readBatches(l1.rollup)).slice(after);
  expect(
    batches.some(({ blocks }) => blocks > 1),
    JSON.stringify(batches),
  ).toBe(true);
}

/**
 * Pays block after block until the node has closed a batch of several blocks with a payment of these, which need not be on L1
 * yet; returns its last block. With real proofs, where every batch is a block, it pays once.
 */
export async function payInSeveralBlocks(scene: Scene, people: Pick<Population, "alice" | "bob">): Promise<number> {
  const first = await pay(scene, people);
  if (scene.proofs === "real") return first;
  await payBeyond(scene, people, first);
  const batch = await vi.waitUntil(async () => {
    const { batches } = await readApi(scene.api(), "batches", { query: { limit: "10" } });
    return batches.find(({ firstBlock, lastBlock }) => firstBlock <= first && first <= lastBlock);
  }, WAIT);
  // On a slow machine a batch may be closed before the second payment.
  return batch.blocks > 1 ? batch.lastBlock : payInSeveralBlocks(scene, people);
}

/** Pays until a payment is in a block after this one, which it returns. */
export async function payBeyond(
  scene: Scene,
  people: Pick<Population, "alice" | "bob">,
  block: number,
): Promise<number> {
  const paid = await pay(scene, people);
  return paid > block ? paid : payBeyond(scene, people, block);
}
