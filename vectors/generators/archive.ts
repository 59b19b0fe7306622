import { createHash } from "node:crypto";
import type { Chains } from "@cairn/crypto";
import {
  bigintToBytes,
  bytesToHex,
  cellsToBytes,
  concatBytes,
  encodeBatchHeader,
  encodePayoutList,
} from "@cairn/protocol";
import { emptySubtreeHashes } from "@cairn/state";
import { REAL_CRYPTO } from "@cairn/testkit";
import type { Vector } from "../json.ts";
import { l1BlockOf, SUBMITTER } from "./rebuild.ts";
import { type QueuedRecord, rollupHistory, type SubmittedBatch } from "./rollup.ts";
import { DOMAIN } from "./scenario.ts";

/** The batches of `rebuild.json` as a complete archive, encoded here following spec 9. */
export function archiveVectors(): Vector {
  const { batches, waiting } = rollupHistory();
  const head = headBytes();
  const prefix = concatBytes(new TextEncoder().encode("CAIRNBAT"), uint(3, 2), uint(head.length, 4), head);
  const frames = [
    ...batches.flatMap((batch) => [
      { type: 1, payload: batchBytes(batch) },
      ...(batch.payouts.length === 0 ? [] : [{ type: 4, payload: settlementBytes(batch) }]),
    ]),
    { type: 3, payload: waitingBytes(waiting, batches.length + 1) },
    { type: 2, payload: uint(batches.length, 8) },
  ];
  let digest = sha(prefix);
  const digests = [digest];
  const parts = [prefix, digest];
  for (const { type, payload } of frames) {
    const frame = concatBytes(uint(type, 1), uint(payload.length, 4), payload);
    digest = sha(concatBytes(digest, frame));
    digests.push(digest);
    parts.push(frame, digest);
  }
  return { archive: bytesToHex(concatBytes(...parts)), digests: digests.map(bytesToHex), head: bytesToHex(head) };
}

/** Spec 2, 9.2, at genesis. */
function headBytes(): Uint8Array {
  const genesisRoot = emptySubtreeHashes(REAL_CRYPTO.compress).at(-1) ?? 0n;
  return concatBytes(
    bigintToBytes(DOMAIN.chainId, 8),
    bigintToBytes(DOMAIN.rollup, 20),
    uint(0, 8),
    uint(0, 8),
    uint(0, 8),
    bigintToBytes(genesisRoot, 32),
    uint(64, 4),
    new Uint8Array(4 * 32),
    uint(0, 8),
    new Uint8Array(32),
  );
}

/** Spec 2, 9.3. Every queue entry is consumed by the batch after it, so reading can resume at the batch's block. */
function batchBytes(batch: SubmittedBatch): Uint8Array {
  const { number, header, fields, kzgCommitment, sentCells, blocks, records, payouts, cells } = batch;
  const after = blocks.at(-1)?.after;
  return concatBytes(
    uint(number, 8),
    encodeBatchHeader(header),
    fields.dataCommitment,
    fields.payoutsHash,
    kzgCommitment ?? new Uint8Array(48),
    uint(sentCells, 4),
    chainBytes(after),
    placeBytes(l1BlockOf(number), number),
    uint(Number(header.lastTimestamp), 8),
    uint(l1BlockOf(number), 8),
    bigintToBytes(BigInt(SUBMITTER), 20),
    entryBytes(records, number),
    uint(payouts.length, 4),
    encodePayoutList(payouts),
    cellsToBytes(cells),
  );
}

/** Spec 9.4: the entries that would be consumed by a batch of this number. */
function waitingBytes(waiting: readonly QueuedRecord[], batch: number): Uint8Array {
  return concatBytes(uint(l1BlockOf(batch), 8), entryBytes(waiting, batch));
}

/** Queue entries made right before a batch, with their places on L1. */
function entryBytes(records: readonly QueuedRecord[], batch: number): Uint8Array {
  const entries = records.map(({ record }, i) =>
    concatBytes(record, placeBytes(l1BlockOf(batch) - 1, 1000 * batch + i)),
  );
  return concatBytes(uint(records.length, 4), ...entries);
}

/** Spec 9.5: all payouts of a batch, settled with it; every second one was refused by its recipient. */
function settlementBytes({ number, payouts }: SubmittedBatch): Uint8Array {
  const settlements = payouts.map((_, position) =>
    concatBytes(
      uint(number, 8),
      uint(position, 4),
      uint(1 + (position % 2), 1),
      uint(l1BlockOf(number), 8),
      uint(number, 32),
    ),
  );
  return concatBytes(uint(payouts.length, 4), ...settlements);
}

/** L1 block, its hash, which is its number here, and a transaction. */
function placeBytes(l1Block: number, transaction: number): Uint8Array {
  return concatBytes(uint(l1Block, 8), uint(l1Block, 32), uint(transaction, 32));
}

function chainBytes(chains: Chains | undefined): Uint8Array {
  const { data = 0n, l1 = 0n, payouts = 0n, blocks = 0n } = chains ?? {};
  return concatBytes(...[data, l1, payouts, blocks].map((chain) => bigintToBytes(chain, 32)));
}

function uint(value: number, width: number): Uint8Array {
  return bigintToBytes(BigInt(value), width);
}

function sha(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash("sha256").update(bytes).digest());
}
