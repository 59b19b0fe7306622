import { blockHash, type Chains, extendChain, historyOf } from "@cairn/crypto";
import { bytesToBigint, type ChainEntry, ROW_CELLS, SLOT_KIND } from "@cairn/protocol";
import type { BlockWitness, ExtraWitness, FloatWitness, L1Witness, SlotWitness } from "../../src/witness/types.ts";
import { compress } from "./crypto.ts";

/** Chains of a rollup that has run for a while. */
export const CHAINS: Chains = { data: 11n, l1: 12n, payouts: 13n, blocks: 14n };

/** The chains after a block with this witness, as the circuit computes them, whether or not the block obeys the rules. */
export function chainsOf(witness: BlockWitness, number: bigint, timestamp: bigint): Chains {
  const { chains } = witness;
  const cells = cellsOf(witness, timestamp);
  return {
    data: extendChain(chains.data, rowsOf(cells), compress),
    l1: extendChain(chains.l1, witness.l1Operations.filter(isL1).map(l1EntryOf), compress),
    payouts: extendChain(
      chains.payouts,
      witness.payouts.filter(({ target }) => target !== 0n).map(({ target, amount }) => [target, amount, 0n]),
      compress,
    ),
    blocks: blockHash(chains.blocks, { number, cells }, compress),
  };
}

/** The history of {@link chainsOf}. */
export function historyAfter(witness: BlockWitness, number: bigint, timestamp: bigint): bigint {
  return historyOf(chainsOf(witness, number, timestamp), compress);
}

/** Whole rows of cells as entries of the data chain. */
export function rowsOf(cells: readonly bigint[]): ChainEntry[] {
  return Array.from({ length: cells.length / ROW_CELLS }, (_, row): ChainEntry => {
    const [x = 0n, y = 0n, z = 0n] = cells.slice(ROW_CELLS * row);
    return [x, y, z];
  });
}

/** Header, slots and the extras up to the last with an owner, in whole rows. */
function cellsOf({ slots, extras, feeCredits, l1Operations }: BlockWitness, timestamp: bigint): bigint[] {
  const used = extras.filter(({ ownerHigh, ownerLow }) => ownerHigh + ownerLow > 0n);
  const fees = feeCredits.reduce((sum, { index }) => (sum << 24n) + joined(index.bytes), 0n);
  const counts = (BigInt(Math.log2(slots.length) / 2) << 16n) + BigInt(l1Operations.filter(isL1).length);
  const header = (((((counts << 16n) + BigInt(used.length)) << 64n) + timestamp) << 104n) + fees;
  const words = slots.map((slot, i) => slotWord(slot, isL1(l1Operations[i])));
  const slotCells = Array.from(
    { length: words.length / 2 },
    (_, i) => ((words[2 * i] ?? 0n) << 104n) + (words[2 * i + 1] ?? 0n),
  );
  const cells = [header, ...slotCells, ...used.flatMap(extraCells)];
  return [...cells, ...Array.from({ length: (ROW_CELLS - (cells.length % ROW_CELLS)) % ROW_CELLS }, () => 0n)];
}

function extraCells({ ownerHigh, ownerLow, keyHigh, keyMiddle, keyLow }: ExtraWitness): bigint[] {
  return [(ownerHigh << 104n) + (ownerLow << 48n) + keyHigh, (keyMiddle << 104n) + keyLow];
}

/** The 13 bytes of a slot as one number. */
function slotWord({ a, b, isTransfer, isWithdraw, amount, fee }: SlotWitness, isL1Slot: boolean): bigint {
  const from = isL1Slot ? 0n : joined(a.index.bytes);
  const to = isTransfer ? joined(b.index.bytes) : isWithdraw ? 1n : 0n;
  return (((((from << 24n) + to) << 40n) + encoded(amount, 35n)) << 16n) + encoded(fee, 11n);
}

function encoded({ exponent, mantissa }: FloatWitness, mantissaBits: bigint): bigint {
  return (exponent.reduce((sum, bit, i) => sum + (bit ? 1n << BigInt(i) : 0n), 0n) << mantissaBits) + mantissa;
}

function isL1(operation: L1Witness | undefined): boolean {
  return operation !== undefined && (operation.isDeposit || operation.isForcedWithdraw || operation.isSetKey);
}

function l1EntryOf({ isDeposit, isForcedWithdraw, owner, tokenId, amount, index, key }: L1Witness): ChainEntry {
  const kind = isDeposit ? SLOT_KIND.deposit : isForcedWithdraw ? SLOT_KIND.forcedWithdraw : SLOT_KIND.setKey;
  return [(BigInt(kind) << 160n) + owner, (((tokenId << 128n) + amount) << 24n) + index, key];
}

function joined(bytes: readonly bigint[]): bigint {
  return bytesToBigint(Uint8Array.from(bytes, Number));
}
