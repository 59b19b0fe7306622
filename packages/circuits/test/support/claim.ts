import { createHash } from "node:crypto";
import {
  type BlockSize,
  bigintToBytes,
  bindPublishedData,
  bytesToBigint,
  concatBytes,
  type PublicInputFields,
  SLOT_KIND,
} from "@cairn/protocol";
import type { BlockWitness, RecordWitness, SlotWitness } from "../../src/witness-types.ts";
import { compress } from "./crypto.ts";

/** What the circuit derives that a claim cannot take from the witness alone. */
export interface ClaimedState {
  readonly newRoot: bigint;
  readonly newNextIndex: number;
}

/**
 * The public input that a prover of this witness would claim, whether or not the witness obeys the rules: data,
 * payouts, queue hash and txRoot as the circuit writes them.
 */
export function claimFields(witness: BlockWitness, { newRoot, newNextIndex }: ClaimedState): PublicInputFields {
  const { header, records, slots } = witness;
  let queueHash = wordsToBytes(header.queueHashBefore);
  for (const record of records) {
    if (isL1(record)) queueHash = sha256(concatBytes(queueHash, wordsToBytes(record.words)));
  }
  const bytes = slots.map((slot, i) => publishedBytes(slot, isL1(records[i])));
  const extras = [...witness.extras];
  const leaves = slots.map((slot, i) => {
    const extra = slot.isTransferToNew || slot.isWithdraw ? extras.shift() : undefined;
    return compress(
      bytesToBigint(bytes[i] ?? new Uint8Array()),
      extra?.owner ?? 0n,
      extra?.key ?? 0n,
      BigInt(kindOf(slot, records[i])),
    );
  });
  const feeIndices = witness.feeCredits.map(({ index }) => fieldBytes(index.bytes));
  const published = concatBytes(
    ...feeIndices,
    ...bytes,
    ...witness.extras.flatMap(({ owner, key }) => [bigintToBytes(owner, 20), bigintToBytes(key, 32)]),
  );
  const txRoot = treeRoot(leaves);
  return {
    domain: { chainId: toBigint(header.chainId), rollup: toBigint(header.rollup) },
    firstBlock: toBigint(header.blockNumber),
    lastBlock: toBigint(header.blockNumber),
    timestamp: toBigint(header.timestamp),
    oldRoot: treeRoot(witness.subroots),
    oldNextIndex: header.oldNextIndex,
    newRoot,
    newNextIndex,
    queueHashBefore: wordsToBytes(header.queueHashBefore),
    queueHashAfter: queueHash,
    l1OperationCount: records.filter(isL1).length,
    payoutsHash: sha256(concatBytes(...witness.payouts.map(wordsToBytes))),
    txRoot,
    ...bindPublishedData(slots.length as BlockSize, published, txRoot),
  };
}

function isL1(record: RecordWitness | undefined): boolean {
  return record !== undefined && (record.isDeposit || record.isForcedWithdraw || record.isSetKey);
}

function kindOf(slot: SlotWitness, record: RecordWitness | undefined): number {
  if (record?.isDeposit) return SLOT_KIND.deposit;
  if (record?.isForcedWithdraw) return SLOT_KIND.forcedWithdraw;
  if (record?.isSetKey) return SLOT_KIND.setKey;
  if (slot.isTransfer) return SLOT_KIND.transfer;
  if (slot.isTransferToNew) return SLOT_KIND.transferToNew;
  return slot.isWithdraw ? SLOT_KIND.withdraw : SLOT_KIND.noop;
}

/** The 13 bytes of a slot. */
export function publishedBytes(slot: SlotWitness, isL1Slot: boolean): Uint8Array {
  const { amount, fee } = slot;
  const from = isL1Slot ? [0n, 0n, 0n] : slot.a.index.bytes;
  const to = slot.isTransfer ? slot.b.index.bytes : [0n, 0n, slot.isWithdraw ? 1n : 0n];
  return fieldBytes([
    ...from,
    ...to,
    ...[...bigintToBytes(bits(amount.exponent) * 2n ** 35n + amount.mantissa, 5)].map(BigInt),
    ...[...bigintToBytes(bits(fee.exponent) * 2n ** 11n + fee.mantissa, 2)].map(BigInt),
  ]);
}

function treeRoot(leaves: readonly bigint[]): bigint {
  let level = leaves;
  while (level.length > 1) {
    level = Array.from({ length: level.length / 4 }, (_, i) => {
      const [a = 0n, b = 0n, c = 0n, d = 0n] = level.slice(4 * i, 4 * i + 4);
      return compress(a, b, c, d);
    });
  }
  return level[0] ?? 0n;
}

function bits(list: readonly boolean[]): bigint {
  return list.reduce((sum, bit, i) => sum + (bit ? 1n << BigInt(i) : 0n), 0n);
}

function fieldBytes(bytes: readonly bigint[]): Uint8Array {
  return Uint8Array.from(bytes.map((byte) => Number(byte & 255n)));
}

function wordsToBytes(words: readonly number[]): Uint8Array {
  return concatBytes(...words.map((word) => bigintToBytes(BigInt(word), 4)));
}

function toBigint(words: readonly number[]): bigint {
  return bytesToBigint(wordsToBytes(words));
}

function sha256(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(bytes).digest());
}
