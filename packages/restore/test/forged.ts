import { join } from "node:path";
import {
  dataHash,
  decodePublishedData,
  encodeL1Operation,
  encodePublishedData,
  type L1Operation,
  nextQueueHash,
  type Payout,
  payoutsHash,
  trimPublishedData,
} from "@cairn/protocol";
import type { ChainPosition } from "@cairn/vm";
import { openArchive } from "../src/archive/reader.ts";
import { createArchive } from "../src/archive/writer.ts";
import { followBatch } from "../src/chain-position.ts";
import type { PublishedBatch } from "../src/published-batch.ts";
import { gather, temporaryFolder } from "./published.ts";

/** How an archive is forged. */
export interface Forgery {
  /** Batches up to this one are left out; 0 by default. */
  readonly after?: number;
  readonly start?: (start: ChainPosition) => ChainPosition;
  /** Changes a batch; its queue hash is recomputed. */
  readonly batch?: (batch: PublishedBatch) => PublishedBatch;
}

/** Writes a changed copy of an archive, with every hash in it recomputed. */
export async function forgeArchive(path: string, forgery: Forgery): Promise<string> {
  const { after = 0, start = (position) => position, batch: change = (batch) => batch } = forgery;
  const archive = await openArchive(path);
  const batches = await gather(archive.batches());
  const begin = start(batches.slice(0, after).reduce(followBatch, archive.start));
  const target = join(temporaryFolder(), "forged");
  const writer = await createArchive(target, archive.identity, begin);
  let queueHash = begin.queueHash;
  for (const batch of batches.slice(after)) {
    const changed = change(batch);
    queueHash = changed.l1Operations.reduce(
      (hash, operation) => nextQueueHash(hash, encodeL1Operation(operation)),
      queueHash,
    );
    await writer.append({ ...changed, queueHash });
  }
  await writer.finish();
  return target;
}

/** The batch with other owners and amounts in its deposits. */
export function withStolenDeposits(batch: PublishedBatch): PublishedBatch {
  const stolen = (operation: L1Operation): L1Operation =>
    operation.type === "deposit" ? { ...operation, owner: 0xbadn, amount: operation.amount + 1n } : operation;
  return { ...batch, l1Operations: batch.l1Operations.map(stolen) };
}

/** The batch with its withdrawals paid to someone else: no account or root differs. `payouts` are the true ones. */
export function withStolenPayouts(batch: PublishedBatch, payouts: readonly Payout[]): PublishedBatch {
  const { header, l1Operations } = batch;
  const recipient = 0xbadn;
  const data = decodePublishedData(header.slots, batch.publishedData, l1Operations.length);
  const slots = data.slots.map((slot) => (slot.type === "withdraw" ? { ...slot, recipient } : slot));
  const publishedData = trimPublishedData(encodePublishedData(header.slots, { ...data, slots }));
  const stolen = payouts.map((payout) => ({ ...payout, recipient }));
  return {
    ...batch,
    header: { ...header, payoutsHash: payoutsHash(header.slots, stolen), txRoot: header.txRoot + 1n },
    publishedData,
    dataHash: dataHash(header.slots, publishedData),
  };
}
