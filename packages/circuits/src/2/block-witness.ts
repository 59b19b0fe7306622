import { type Chains, type Compress, chainsAfter, historyOf } from "@cairn/crypto";
import {
  type Claim,
  encodeBlockCells,
  type L1Operation,
  type Payout,
  payoutEntry,
  recipientOrOwner,
  TRANSACTION_KINDS,
  toKey,
} from "@cairn/protocol";
import type { WorkingTreeBase } from "@cairn/state";
import type { BlockTrace, ExecutedBlock, SlotTrace } from "@cairn/vm";
import { circuitShape } from "../shape.ts";
import { buildWitness } from "../witness.ts";
import type { BlockWitness } from "../witness-types.ts";

/** Owner or recipient and key of an extra, cut where words end. */
export type ExtraWitness2 = {
  /** 104 and 56 bits. */
  ownerHigh: bigint;
  ownerLow: bigint;
  /** 46, 104 and 104 bits. */
  keyHigh: bigint;
  keyMiddle: bigint;
  keyLow: bigint;
};

/** An L1 operation; all zero for none. */
export type L1Witness = {
  isDeposit: boolean;
  isForcedWithdraw: boolean;
  isSetKey: boolean;
  /** Owner or sender, 160 bits. */
  owner: bigint;
  /** 32 bits. */
  tokenId: bigint;
  /** 128 bits. */
  amount: bigint;
  /** 24 bits. */
  index: bigint;
  key: bigint;
};

/** A payout; all zero for none. */
export type PayoutRowWitness = {
  /** recipient 160 ‖ tokenId 32. */
  target: bigint;
  amount: bigint;
};

/**
 * Private inputs of a block circuit of protocol 2, named as in `noir/2/rollup/src/block.nr`, whose table gives meaning,
 * sizes and where each width is asserted.
 */
export type BlockWitness2 = Pick<BlockWitness, "subroots" | "slots" | "terms" | "linkTargets" | "feeCredits"> & {
  chains: { data: bigint; l1: bigint; payouts: bigint; blocks: bigint };
  l1Operations: L1Witness[];
  extras: ExtraWitness2[];
  payouts: PayoutRowWitness[];
};

/** A block as it was executed and published, to prove by protocol 2. */
export interface TracedBlock2 {
  readonly trace: BlockTrace;
  /** Its rows, as `encodeBlockCells` gives them. */
  readonly cells: readonly bigint[];
  /** The tree before the block. */
  readonly before: WorkingTreeBase;
  /** The chains before the block. */
  readonly chains: Chains;
  readonly compress: Compress;
}

/** A block to prove by protocol 2. */
export interface Block2Options extends Omit<TracedBlock2, "trace" | "cells"> {
  readonly block: ExecutedBlock;
}

/** Witness and claim of a block, and what follows it. */
export interface BuiltBlock2 {
  readonly witness: BlockWitness2;
  readonly claim: Claim;
  readonly cells: readonly bigint[];
  readonly chains: Chains;
}

const WORD_BITS = 104;
const OWNER_LOW_BITS = 56;

/**
 * Witness and claim of a block. Throws `circuits/inconsistent-trace` when the block does not follow from the tree or a
 * signature does not verify.
 *
 * @example const { witness, claim } = buildBlock2({ block, before: tree, chains, compress });
 */
export function buildBlock2({ block, ...options }: Block2Options): BuiltBlock2 {
  const { trace, publishedData, l1OperationCount: l1Count } = block;
  const cells = encodeBlockCells({ ...publishedData, l1Count, timestamp: BigInt(block.timestamp) });
  return buildTracedBlock2({ trace, cells, ...options });
}

/**
 * Witness and claim of a block from its trace and cells alone, on any machine. Throws as {@link buildBlock2},
 * `protocol/malformed-data`.
 *
 * @example const { witness, claim } = buildTracedBlock2({ trace, cells, before, chains, compress });
 */
export function buildTracedBlock2({ trace, cells, before, chains, compress }: TracedBlock2): BuiltBlock2 {
  const { capacity } = circuitShape(trace.slotCount);
  const { witness, oldRoot, newRoot } = buildWitness(trace, before, compress);
  const timestamp = BigInt(trace.timestamp);
  const number = BigInt(trace.blockNumber);
  const l1Operations = trace.slots.flatMap(({ l1Operation }) => l1Operation ?? []);
  const payouts = trace.slots.flatMap(({ payout }) => payout ?? []);
  const after = chainsAfter(chains, { number, cells, l1Operations, payouts }, compress);
  return {
    witness: {
      chains: { ...chains },
      subroots: witness.subroots,
      l1Operations: filled(l1Operations.map(l1Witness), capacity, l1Witness(null)),
      slots: witness.slots,
      terms: witness.terms,
      linkTargets: witness.linkTargets,
      feeCredits: witness.feeCredits,
      extras: filled(trace.slots.flatMap(extrasOf), capacity, extraWitness2(0n, 0n)),
      payouts: filled(payouts.map(payoutRow), capacity, { target: 0n, amount: 0n }),
    },
    claim: {
      domain: trace.domain,
      firstBlock: number,
      lastBlock: number,
      firstTimestamp: timestamp,
      lastTimestamp: timestamp,
      before: { root: oldRoot, nextIndex: trace.oldNextIndex, history: historyOf(chains, compress) },
      after: { root: newRoot, nextIndex: trace.newNextIndex, history: historyOf(after, compress) },
    },
    cells,
    chains: after,
  };
}

/**
 * An L1 operation as the circuit takes it; zeros for none.
 *
 * @example l1Witness({ type: "forcedWithdraw", sender: 1n, index: accountIndex(64) }).isForcedWithdraw // true
 */
export function l1Witness(operation: L1Operation | null): L1Witness {
  const isDeposit = operation?.type === "deposit";
  return {
    isDeposit,
    isForcedWithdraw: operation?.type === "forcedWithdraw",
    isSetKey: operation?.type === "setKey",
    owner: operation === null ? 0n : operation.type === "deposit" ? operation.owner : operation.sender,
    tokenId: isDeposit ? BigInt(operation.tokenId) : 0n,
    amount: isDeposit ? operation.amount : 0n,
    index: BigInt(operation?.index ?? 0),
    key: operation === null || operation.type === "forcedWithdraw" ? 0n : operation.key,
  };
}

/**
 * The parts of an extra. A key of 2^254 or more has parts that no circuit accepts.
 *
 * @example extraWitness2(1n, 5n).keyLow // 5n
 */
export function extraWitness2(owner: bigint, key: bigint): ExtraWitness2 {
  return {
    ownerHigh: owner >> BigInt(OWNER_LOW_BITS),
    ownerLow: BigInt.asUintN(OWNER_LOW_BITS, owner),
    keyHigh: key >> BigInt(2 * WORD_BITS),
    keyMiddle: BigInt.asUintN(WORD_BITS, key >> BigInt(WORD_BITS)),
    keyLow: BigInt.asUintN(WORD_BITS, key),
  };
}

function extrasOf({ signed }: SlotTrace): ExtraWitness2[] {
  if (signed === null || TRANSACTION_KINDS[signed.transaction.type].extras === 0) return [];
  return [extraWitness2(recipientOrOwner(signed.transaction), toKey(signed.transaction))];
}

function payoutRow(payout: Payout): PayoutRowWitness {
  const [target, amount] = payoutEntry(payout);
  return { target, amount };
}

function filled<T>(list: readonly T[], length: number, filler: T): T[] {
  return [...list, ...Array.from({ length: length - list.length }, () => structuredClone(filler))];
}
