import { blockHash, extendChain, historyOf } from "@cairn/crypto";
import {
  bigintToBytes,
  bytesToBigint,
  type ChainEntry,
  type Claim,
  concatBytes,
  type PublicInputFields,
  SLOT_KIND,
} from "@cairn/protocol";
import { type BlockWitness2, extraWitness2, type L1Witness } from "../../src/2/block-witness.ts";
import type { BlockWitness, RecordWitness } from "../../src/witness-types.ts";
import { publishedBytes } from "./claim.ts";
import { CHAINS } from "./sample-block-2.ts";

const ROW_CELLS = 3;

/** The inputs of protocol 1's block circuit as those of protocol 2's: everything that an attacker changed is changed here. */
export function restated(witness: BlockWitness): BlockWitness2 {
  const { subroots, slots, terms, linkTargets, feeCredits } = witness;
  return {
    chains: { ...CHAINS },
    subroots,
    l1Operations: witness.records.map(l1Of),
    slots,
    terms,
    linkTargets,
    feeCredits,
    extras: witness.extras.map(({ owner, key }) => extraWitness2(owner, key)),
    payouts: witness.payouts.map((words) => {
      const numbers = words.map((word) => BigInt(word));
      return { target: joined(numbers.slice(0, 6)), amount: joined(numbers.slice(6)) };
    }),
  };
}

/** The claim of protocol 2 that says what these fields of protocol 1 say; its history follows from the witness. */
export function claim2Of(fields: PublicInputFields, witness: BlockWitness2): Claim {
  const { domain, firstBlock, lastBlock, timestamp, oldRoot, oldNextIndex, newRoot, newNextIndex } = fields;
  return {
    domain,
    firstBlock,
    lastBlock,
    firstTimestamp: timestamp,
    lastTimestamp: timestamp,
    before: { root: oldRoot, nextIndex: oldNextIndex, history: historyOf(CHAINS) },
    after: { root: newRoot, nextIndex: newNextIndex, history: historyAfter(witness, firstBlock, timestamp) },
  };
}

/** The history after a block with this witness, as the circuit computes it, whether or not the block obeys the rules. */
export function historyAfter(witness: BlockWitness2, number: bigint, timestamp: bigint): bigint {
  const { chains } = witness;
  const cells = cellsOf(witness, timestamp);
  return historyOf({
    data: extendChain(chains.data, rows(cells)),
    l1: extendChain(chains.l1, witness.l1Operations.filter(isL1).map(l1EntryOf)),
    payouts: extendChain(
      chains.payouts,
      witness.payouts.filter(({ target }) => target !== 0n).map(({ target, amount }) => [target, amount, 0n]),
    ),
    blocks: blockHash(chains.blocks, { number, cells }),
  });
}

/** Header, slots and the extras up to the last with an owner, in whole rows. */
function cellsOf({ slots, extras, feeCredits, l1Operations }: BlockWitness2, timestamp: bigint): bigint[] {
  const used = extras.filter(({ ownerHigh, ownerLow }) => ownerHigh + ownerLow > 0n).length;
  const fees = feeCredits.reduce((sum, { index }) => (sum << 24n) + joinedBits(index.bits), 0n);
  const counts = (BigInt(Math.log2(slots.length) / 2) << 16n) + BigInt(l1Operations.filter(isL1).length);
  const header = (((((counts << 16n) + BigInt(used)) << 64n) + timestamp) << 104n) + fees;
  const words = slots.map((slot, i) => bytesToBigint(publishedBytes(slot, isL1(l1Operations[i]))));
  const slotCells = Array.from(
    { length: words.length / 2 },
    (_, i) => ((words[2 * i] ?? 0n) << 104n) + (words[2 * i + 1] ?? 0n),
  );
  const extraCells = extras
    .slice(0, used)
    .flatMap(({ ownerHigh, ownerLow, keyHigh, keyMiddle, keyLow }) => [
      (ownerHigh << 104n) + (ownerLow << 48n) + keyHigh,
      (keyMiddle << 104n) + keyLow,
    ]);
  const cells = [header, ...slotCells, ...extraCells];
  return [...cells, ...Array.from({ length: (ROW_CELLS - (cells.length % ROW_CELLS)) % ROW_CELLS }, () => 0n)];
}

function rows(cells: readonly bigint[]): ChainEntry[] {
  return Array.from({ length: cells.length / ROW_CELLS }, (_, row): ChainEntry => {
    const [x = 0n, y = 0n, z = 0n] = cells.slice(ROW_CELLS * row);
    return [x, y, z];
  });
}

function isL1(operation: L1Witness | undefined): boolean {
  return operation !== undefined && (operation.isDeposit || operation.isForcedWithdraw || operation.isSetKey);
}

function l1EntryOf(operation: L1Witness): ChainEntry {
  const { isDeposit, isForcedWithdraw, owner, tokenId, amount, index, key } = operation;
  const kind = isDeposit ? SLOT_KIND.deposit : isForcedWithdraw ? SLOT_KIND.forcedWithdraw : SLOT_KIND.setKey;
  return [(BigInt(kind) << 160n) + owner, (((tokenId << 128n) + amount) << 24n) + index, key];
}

/** type 1 ‖ owner 20 ‖ tokenId 4 ‖ amount 16 ‖ index 3 ‖ key 32; the flags decide about the type. */
function l1Of({ isDeposit, isForcedWithdraw, isSetKey, words }: RecordWitness): L1Witness {
  const bytes = concatBytes(...words.map((word) => bigintToBytes(BigInt(word), 4)));
  const [owner, tokenId, amount, index, key] = [
    [1, 21],
    [21, 25],
    [25, 41],
    [41, 44],
    [44, 76],
  ].map(([from, to]) => bytesToBigint(bytes.subarray(from, to)));
  return {
    isDeposit,
    isForcedWithdraw,
    isSetKey,
    owner: owner ?? 0n,
    tokenId: tokenId ?? 0n,
    amount: amount ?? 0n,
    index: index ?? 0n,
    key: key ?? 0n,
  };
}

function joined(words: readonly bigint[]): bigint {
  return words.reduce((sum, word) => (sum << 32n) + word, 0n);
}

function joinedBits(bits: readonly boolean[]): bigint {
  return bits.reduce((sum, bit, i) => sum + (bit ? 1n << BigInt(i) : 0n), 0n);
}
