import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { versionedHash } from "@cairn/blobs/format";
import { blocksRoot, type Chains, type Compress, chainsAfter, GENESIS_CHAINS, historyOf } from "@cairn/crypto";
import {
  type BatchHeader,
  bytesToHex,
  calldataCommitment,
  cellsToBytes,
  type DataSource,
  type Domain,
  payoutListHash,
} from "@cairn/protocol";
import { genesisRoot } from "@cairn/state";
import { FAKE_CRYPTO, type History, type ScenarioBlock } from "@cairn/testkit";
import { type ChainPosition, genesisPosition } from "@cairn/vm";
import { createArchive } from "../src/archive/writer.ts";
import { followPublishedBatch } from "../src/chain-position.ts";
import type { RollupIdentity } from "../src/identity.ts";
import type { L1Origin, PublishedBatch } from "../src/published-batch.ts";

const folders: string[] = [];

/** How the blocks of a history become batches. */
export interface BatchShape {
  /** Blocks of each batch, from the first again behind the last; 1 by default. */
  readonly blockCounts?: readonly number[];
  /** Data sources of the batches, likewise; calldata by default. */
  readonly dataSources?: readonly DataSource[];
  /** FAKE_CRYPTO's by default. */
  readonly compress?: Compress;
}

/** The batches of a history, as L1 would hold them. */
export function publishedBatches({ blocks }: Pick<History, "blocks">, shape: BatchShape = {}): PublishedBatch[] {
  const { blockCounts = [1], dataSources = ["calldata"], compress = FAKE_CRYPTO.compress } = shape;
  const batches: PublishedBatch[] = [];
  let chains = GENESIS_CHAINS;
  for (let first = 0; first < blocks.length; ) {
    const count = blockCounts[batches.length % blockCounts.length] ?? 1;
    const own = blocks.slice(first, first + count);
    const dataSource = dataSources[batches.length % dataSources.length] ?? "calldata";
    const batch = publishedBatch(own, { number: batches.length + 1, chains, dataSource, compress });
    batches.push(batch.published);
    chains = batch.chains;
    first += count;
  }
  return batches;
}

/** The position before the first batch. */
export const GENESIS = genesisPosition(genesisRoot(FAKE_CRYPTO.compress));

/** The position after batches from genesis on. */
export function positionAfterAll(
  batches: readonly PublishedBatch[],
  start: ChainPosition = GENESIS,
  compress: Compress = FAKE_CRYPTO.compress,
): ChainPosition {
  return batches.reduce((position, batch) => followPublishedBatch(position, batch, compress).position, start);
}

/** Writes batches after `start` into a new archive. */
export async function archived(
  { domain }: Pick<History, "domain">,
  batches: readonly PublishedBatch[],
  start: ChainPosition = GENESIS,
): Promise<string> {
  const path = join(temporaryFolder(), "archive");
  const writer = await createArchive(path, identityOf(domain), start);
  let position = start;
  for (const batch of batches) {
    ({ position } = followPublishedBatch(position, batch, FAKE_CRYPTO.compress));
    await writer.append(batch, position.chains);
  }
  await writer.finish(null);
  return path;
}

/** The rollup of a domain. */
export function identityOf({ chainId, rollup }: Domain): RollupIdentity {
  return { chainId, rollup };
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

/** A batch as plain values that can be compared: without what an archive leaves out or adds. */
export function comparable(batch: PublishedBatch): object {
  const { cells, header, chains: _, origin, entryOrigins, kzgCommitment, ...rest } = batch;
  const placeOf = ({ l1BlockHash, transactionHash, ...place }: L1Origin) => {
    return { ...place, l1BlockHash: bytesToHex(l1BlockHash), transactionHash: bytesToHex(transactionHash) };
  };
  return {
    ...rest,
    header,
    // Those of 0 at the end are kept of batches in calldata only.
    cells: header.dataSource === "calldata" ? cells : bytesToHex(cellsToBytes(cells)),
    dataCommitment: bytesToHex(batch.dataCommitment),
    payoutsHash: bytesToHex(batch.payoutsHash),
    kzgCommitment: kzgCommitment === null ? null : bytesToHex(kzgCommitment),
    origin: placeOf(origin),
    entryOrigins: entryOrigins.map(placeOf),
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

/** The bytes that a batch in calldata sends for these cells: no zero cells at the end, or all of them. */
export function withCells(batch: PublishedBatch, cells: readonly bigint[]): PublishedBatch {
  if (batch.header.dataSource === "blob") return { ...batch, cells };
  const sent = trimmed(cells);
  return { ...batch, cells: sent, dataCommitment: calldataCommitment(cellsToBytes(sent)) };
}

function publishedBatch(
  blocks: readonly ScenarioBlock[],
  options: {
    readonly number: number;
    readonly chains: Chains;
    readonly dataSource: DataSource;
    readonly compress: Compress;
  },
): { readonly published: PublishedBatch; readonly chains: Chains } {
  const { number, dataSource, compress } = options;
  const [first, last] = [blocks[0], blocks.at(-1)];
  if (first === undefined || last === undefined) throw new RangeError("a batch without blocks");
  let { chains } = options;
  const hashes: bigint[] = [];
  const cells = blocks.flatMap(({ block, l1Operations }) => {
    const { cells: own, payouts, blockNumber } = block;
    chains = chainsAfter(chains, { number: BigInt(blockNumber), cells: own, l1Operations, payouts }, compress);
    hashes.push(chains.blocks);
    return own;
  });
  const payouts = blocks.flatMap(({ block }) => block.payouts);
  const header: BatchHeader = {
    circuit: blocks.length === 1 && first.block.slotCount === 16 ? "solo16" : "batch",
    dataSource,
    firstBlock: BigInt(first.block.blockNumber),
    lastBlock: BigInt(last.block.blockNumber),
    firstTimestamp: first.block.data.timestamp,
    lastTimestamp: last.block.data.timestamp,
    newNextIndex: last.block.newNextIndex,
    oldRoot: first.oldRoot,
    newRoot: last.newRoot,
    newHistory: historyOf(chains, compress),
    blocksRoot: blocksRoot(hashes, compress),
  };
  const l1Operations = blocks.flatMap((block) => block.l1Operations);
  const origin = {
    l1Block: 100 + number,
    l1BlockHash: new Uint8Array(32).fill(100 + number),
    transactionHash: new Uint8Array(32).fill(number),
    l1Timestamp: Number(last.block.data.timestamp) + 1,
    resumeBlock: 90 + number,
    submitter: 1000n + BigInt(number),
  };
  const entryOrigins = l1Operations.map((_, i) => entryOrigin(90 + number, i));
  const payoutsHash = payoutListHash(payouts);
  const common = { number, header, l1Operations, payouts, payoutsHash, chains: null, origin, entryOrigins };
  return { chains, published: { ...common, ...dataOf(number, dataSource, cells) } };
}

/** A place on L1 that is like no other. */
export function entryOrigin(l1Block: number, place: number): L1Origin {
  const l1BlockHash = new Uint8Array(32).fill(l1Block);
  return { l1Block, l1BlockHash, transactionHash: new Uint8Array(32).fill(place) };
}

/** Calldata has every other batch's zero cells at the end; a KZG commitment is any that the hash is of. */
function dataOf(
  number: number,
  dataSource: DataSource,
  cells: readonly bigint[],
): Pick<PublishedBatch, "cells" | "dataCommitment" | "kzgCommitment"> {
  if (dataSource === "blob") {
    const kzgCommitment = new Uint8Array(48).fill(number);
    return { cells, kzgCommitment, dataCommitment: versionedHash(kzgCommitment) };
  }
  const sent = number % 2 === 0 ? cells : trimmed(cells);
  const bytes = new Uint8Array(26 * sent.length);
  bytes.set(cellsToBytes(sent));
  return { cells: sent, kzgCommitment: null, dataCommitment: calldataCommitment(bytes) };
}

function trimmed(cells: readonly bigint[]): readonly bigint[] {
  return cells.slice(0, cells.findLastIndex((cell) => cell !== 0n) + 1);
}
