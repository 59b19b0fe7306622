import { createHash } from "node:crypto";
import {
  bigintToBytes,
  bytesToHex,
  CIRCUIT_TYPE,
  concatBytes,
  encodeBatchHeader,
  trimPublishedData,
} from "@cairn/protocol";
import { emptySubtreeHashes } from "@cairn/state";
import { REAL_CRYPTO } from "@cairn/testkit";
import type { Vector } from "../json.ts";
import { DOMAIN } from "./blocks.ts";
import { CIRCUIT_SLOTS, l1BlockOf } from "./rebuild.ts";
import { rollupHistory, type SubmittedBatch } from "./rollup.ts";

/** The batches of `rebuild.json` as a complete archive, encoded here following spec 9. */
export function archiveVectors(): Vector {
  const { batches } = rollupHistory();
  const head = headBytes();
  const prefix = concatBytes(new TextEncoder().encode("CAIRNBAT"), uint(1, 2), uint(head.length, 4), head);
  const frames = [
    ...batches.map((batch) => ({ type: 1, payload: batchBytes(batch) })),
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

/** Spec 9.2, at genesis. */
function headBytes(): Uint8Array {
  const genesisRoot = emptySubtreeHashes(REAL_CRYPTO.compress).at(-1) ?? 0n;
  return concatBytes(
    bigintToBytes(DOMAIN.chainId, 8),
    bigintToBytes(DOMAIN.rollup, 20),
    uint(CIRCUIT_SLOTS.length, 1),
    ...CIRCUIT_SLOTS.map((slots) => concatBytes(uint(CIRCUIT_TYPE[slots], 1), uint(slots, 4))),
    uint(0, 8),
    uint(0, 8),
    uint(0, 8),
    bigintToBytes(genesisRoot, 32),
    uint(64, 4),
    uint(0, 8),
    new Uint8Array(32),
  );
}

/** Spec 9.3. Every queue entry is consumed by the batch after it, so reading can resume at the batch's block. */
function batchBytes(batch: SubmittedBatch): Uint8Array {
  return concatBytes(
    uint(batch.number, 8),
    encodeBatchHeader(batch.header),
    batch.dataHash,
    batch.queueHash,
    uint(l1BlockOf(batch.number), 8),
    uint(batch.number, 32),
    uint(l1BlockOf(batch.number), 8),
    ...batch.records.map(({ record }) => record),
    trimPublishedData(batch.data),
  );
}

function uint(value: number, width: number): Uint8Array {
  return bigintToBytes(BigInt(value), width);
}

function sha(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash("sha256").update(bytes).digest());
}
