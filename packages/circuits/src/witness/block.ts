import { type Chains, type Compress, chainsAfter, historyOf } from "@cairn/crypto";
import type { Claim } from "@cairn/protocol";
import type { WorkingTreeBase } from "@cairn/state";
import type { BlockTrace, ExecutedBlock } from "@cairn/vm";
import { draftBlock } from "./draft.ts";
import { openBlock } from "./openings.ts";
import type { BlockWitness } from "./types.ts";

/** A block as it was executed and published, to prove. */
export interface TracedBlock {
  readonly trace: BlockTrace;
  /** Its rows, as `encodeBlockCells` gives them. */
  readonly cells: readonly bigint[];
  /** The tree before the block. */
  readonly before: WorkingTreeBase;
  /** The chains before the block. */
  readonly chains: Chains;
  readonly compress: Compress;
}

/** Witness and claim of a block, and what follows it. */
export interface BuiltBlock {
  readonly witness: BlockWitness;
  readonly claim: Claim;
  readonly cells: readonly bigint[];
  readonly chains: Chains;
}

/**
 * Witness and claim of a block. Throws `circuits/inconsistent-trace` when the block does not follow from the tree or a
 * signature does not verify.
 *
 * @example const { witness, claim } = buildBlock({ block, before: tree, chains, compress });
 */
export function buildBlock({
  block,
  ...options
}: Omit<TracedBlock, "trace" | "cells"> & { readonly block: ExecutedBlock }): BuiltBlock {
  return buildTracedBlock({ trace: block.trace, cells: block.cells, ...options });
}

/**
 * Witness and claim of a block from its trace and cells alone, on any machine. Throws as {@link buildBlock},
 * `protocol/malformed-data`.
 *
 * @example const { witness, claim } = buildTracedBlock({ trace, cells, before, chains, compress });
 */
export function buildTracedBlock({ trace, cells, before, chains, compress }: TracedBlock): BuiltBlock {
  const { witness, oldRoot, newRoot } = openBlock(draftBlock(trace, compress), before, compress);
  const timestamp = BigInt(trace.timestamp);
  const number = BigInt(trace.blockNumber);
  const l1Operations = trace.slots.flatMap(({ l1Operation }) => l1Operation ?? []);
  const payouts = trace.slots.flatMap(({ payout }) => payout ?? []);
  const after = chainsAfter(chains, { number, cells, l1Operations, payouts }, compress);
  return {
    witness: { chains: { ...chains }, ...witness },
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
