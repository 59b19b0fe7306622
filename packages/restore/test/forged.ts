import { join } from "node:path";
import { blocksRoot, type Compress, chainsAfter, extendChain, historyOf } from "@cairn/crypto";
import {
  BLOB_MODULUS,
  CELL_BITS,
  encodeBlockCells,
  type L1Operation,
  l1Entry,
  type Payout,
  payoutEntry,
  payoutListHash,
  readBatchCells,
} from "@cairn/protocol";
import type { ChainPosition } from "@cairn/vm";
import { openArchive } from "../src/archive/archive-file.ts";
import { createArchive } from "../src/archive/writer.ts";
import { followPublishedBatch } from "../src/chain-position.ts";
import type { PublishedBatch } from "../src/published-batch.ts";
import { gather, temporaryFolder, withCells } from "./published.ts";

/** How an archive is forged. */
export interface Forgery {
  readonly compress: Compress;
  /** Batches up to this one are left out; 0 by default. */
  readonly after?: number;
  readonly start?: (start: ChainPosition) => ChainPosition;
  /** Changes a batch; chains, history, blocks root and payouts hash are recomputed. */
  readonly batch?: (batch: PublishedBatch) => PublishedBatch;
}

/** Writes a changed copy of an archive, with every hash in it recomputed. */
export async function forgeArchive(path: string, forgery: Forgery): Promise<string> {
  const { compress, after = 0, start = (position) => position, batch: change = (batch) => batch } = forgery;
  const archive = await openArchive(path);
  const batches = await gather(archive.batches());
  const begin = start(
    batches
      .slice(0, after)
      .reduce((position, batch) => followPublishedBatch(position, batch, compress).position, archive.start),
  );
  const target = join(temporaryFolder(), "forged");
  const writer = await createArchive(target, archive.identity, begin);
  let position = begin;
  for (const batch of batches.slice(after)) {
    const rehashed = withHashes(change(batch), position, compress);
    ({ position } = followPublishedBatch(position, rehashed, compress));
    await writer.append(rehashed, position.chains);
  }
  await writer.finish(archive.waiting());
  return target;
}

/** The batch with history, blocks root and payouts hash that follow from its content. */
export function withHashes(batch: PublishedBatch, before: ChainPosition, compress: Compress): PublishedBatch {
  const { header, cells, l1Operations, payouts } = batch;
  const hashes: bigint[] = [];
  let chains = before.chains;
  readBatchCells(cells, blockCountOf(batch)).forEach((block, i) => {
    const number = header.firstBlock + BigInt(i);
    chains = chainsAfter(chains, { number, cells: block.cells, l1Operations: [], payouts: [] }, compress);
    hashes.push(chains.blocks);
  });
  chains = {
    ...chains,
    l1: extendChain(chains.l1, l1Operations.map(l1Entry), compress),
    payouts: extendChain(chains.payouts, payouts.map(payoutEntry), compress),
  };
  return {
    ...batch,
    header: {
      ...header,
      oldRoot: before.root,
      newHistory: historyOf(chains, compress),
      blocksRoot: blocksRoot(hashes, compress),
    },
    payoutsHash: payoutListHash(payouts),
    chains: null,
  };
}

/** Blocks of a batch, by its header. */
export function blockCountOf({ header }: PublishedBatch): number {
  return Number(header.lastBlock - header.firstBlock) + 1;
}

/**
 * Cells with another owner and key in the extra whose cells are at `at` and `at + 1`, and the same value at a point that is
 * already known: Σ cells[i] · point^i stays what it was, modulo the order of BLS12-381's scalar field.
 */
export function withSameValue(cells: readonly bigint[], at: number, point: bigint): bigint[] {
  // The high bits of the key, which are in the first cell behind the owner, stay as they are.
  const step = 1n << 48n;
  const [first, second] = smallZero(step, point);
  const signs = [1n, -1n];
  for (const sign of signs) {
    const changed = [(cells[at] ?? 0n) + sign * step * first, (cells[at + 1] ?? 0n) + sign * second];
    const isCell = changed.every((cell) => cell >= 0n && cell < 1n << BigInt(CELL_BITS));
    if (isCell) return cells.map((cell, i) => changed[i - at] ?? cell);
  }
  throw new RangeError("the extra is too close to the bounds of a cell");
}

/** Numbers x and y of half the modulus's length with x · a + y · b = 0, by Euclid's algorithm stopped half-way. */
function smallZero(a: bigint, b: bigint): readonly [bigint, bigint] {
  const ratio = (a * inverse(b)) % BLOB_MODULUS;
  let [r0, r1, t0, t1] = [BLOB_MODULUS, ratio, 0n, 1n];
  while (r1 * r1 > BLOB_MODULUS) {
    const quotient = r0 / r1;
    [r0, r1, t0, t1] = [r1, r0 - quotient * r1, t1, t0 - quotient * t1];
  }
  // r1 = t1 · a / b, so t1 · a - r1 · b = 0.
  return [t1, -r1];
}

function inverse(value: bigint): bigint {
  let [r0, r1, t0, t1] = [BLOB_MODULUS, value % BLOB_MODULUS, 0n, 1n];
  while (r1 !== 0n) {
    const quotient = r0 / r1;
    [r0, r1, t0, t1] = [r1, r0 - quotient * r1, t1, t0 - quotient * t1];
  }
  return ((t0 % BLOB_MODULUS) + BLOB_MODULUS) % BLOB_MODULUS;
}

/** The batch with other owners and amounts in its deposits. */
export function withStolenDeposits(batch: PublishedBatch): PublishedBatch {
  const stolen = (operation: L1Operation): L1Operation =>
    operation.type === "deposit" ? { ...operation, owner: 0xbadn, amount: operation.amount + 1n } : operation;
  return { ...batch, l1Operations: batch.l1Operations.map(stolen) };
}

/** The batch with its withdrawals paid to someone else: no account or root differs. */
export function withStolenPayouts(batch: PublishedBatch): PublishedBatch {
  const recipient = 0xbadn;
  const cells = readBatchCells(batch.cells, blockCountOf(batch)).flatMap(({ data }) => {
    const slots = data.slots.map((slot) => (slot.type === "withdraw" ? { ...slot, recipient } : slot));
    return encodeBlockCells({ ...data, slots });
  });
  const payouts = batch.payouts.map((payout): Payout => ({ ...payout, recipient }));
  return { ...withCells(batch, cells), payouts };
}
