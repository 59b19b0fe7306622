import { type Chains, type Compress, chainsAfter } from "@cairn/crypto";
import type { BlockOpening, BlockSeal, OwedPayout } from "@cairn/db";
import {
  type AccountIndex,
  CairnError,
  cellsToBytes,
  type Domain,
  type L1Operation,
  type SoloSize,
} from "@cairn/protocol";
import type { StateTree } from "@cairn/state";
import {
  type BlockBuilder,
  type ClosedBlock,
  createBlockBuilder,
  type ExecutedBlock,
  type OfferedGroup,
  type OfferedTransaction,
  type VerifySignature,
} from "@cairn/vm";
import type { NodeErrorCode } from "../errors.ts";
import { encodeWitnessInput } from "../prover/witness-input.ts";
import { type BlockFeeCredit, feeCreditsOf, payoutsOf } from "./block-records.ts";

/** A closed block: everything that determines its seal, together with state and chains before it. */
export interface ClosedTask {
  readonly domain: Domain;
  readonly opening: BlockOpening;
  readonly operations: readonly L1Operation[];
  readonly groups: readonly OfferedGroup[];
  /** Ids of the transactions in order, if their signatures have been checked; null to check them here. */
  readonly ids: readonly bigint[] | null;
  /** The expected result: accounts, or the stored root. */
  readonly expected:
    | ({ readonly type: "accounts" } & Pick<ClosedBlock, "updates" | "newNextIndex">)
    | { readonly type: "root"; readonly root: bigint };
}

/** A closed block that continues the chains. */
export interface SealTask extends ClosedTask {
  /** The chains before the block. */
  readonly chains: Chains;
}

/** The result of sealing a block. */
export interface SealedContent {
  readonly seal: Omit<BlockSeal, "sealedAtMs">;
  readonly payouts: readonly OwedPayout[];
  readonly feeCredits: readonly BlockFeeCredit[];
  /** The prover's input. */
  readonly witness: Uint8Array;
}

/** Hashing and checking. */
export interface SealingCrypto {
  readonly compress: Compress;
  readonly verify: VerifySignature;
}

/**
 * Executes a block on the tree, applies it durably, and computes what is published and what a prover needs.
 * Throws `node/state-diverged` when the result differs from what is expected, `state/io`; then the tree is as before.
 */
export function sealBlock(tree: StateTree, task: SealTask, { compress, verify }: SealingCrypto): SealedContent {
  const { opening, operations, chains, expected } = task;
  const { number } = opening;
  const builder = createBlockBuilder({
    // A caller that has the ids has checked the signatures.
    verifySignature: task.ids === null ? verify : () => true,
    state: tree,
    domain: task.domain,
    slotCount: ownSize(opening),
    blockNumber: number,
    timestamp: opening.timestamp,
    feeAccounts: opening.feeAccounts.map((index) => index as AccountIndex),
    compress,
  });
  fill(builder, task);
  const executed = builder.seal();
  if (expected.type === "accounts" && !isSameState(executed, expected)) throw diverged(number, "its accounts differ");
  const { cells, payouts } = executed;
  const after = chainsAfter(chains, { number: BigInt(number), cells, l1Operations: operations, payouts }, compress);
  const oldRoot = tree.root();
  const witness = encodeWitnessInput({ trace: executed.trace, cells, chains, before: tree }, compress);
  const newRoot = tree.applyBlock(
    number,
    executed.updates,
    executed.newNextIndex,
    expected.type === "root" ? { expectedRoot: expected.root } : {},
  );
  return {
    seal: {
      oldRoot,
      oldNextIndex: executed.oldNextIndex,
      newRoot,
      newNextIndex: executed.newNextIndex,
      cells: cellsToBytes(cells),
      chains: after,
      transactionCount: task.groups.reduce((sum, group) => sum + group.length, 0),
    },
    payouts: payoutsOf(executed.trace.slots),
    feeCredits: feeCreditsOf(executed.trace.feeCredits),
    witness,
  };
}

function fill(builder: BlockBuilder, { opening, operations, groups, ids }: ClosedTask): void {
  for (const operation of operations) {
    if (builder.addL1Operation(operation).type !== "included") throw diverged(opening.number, "it has no room");
  }
  let position = 0;
  for (const group of groups) {
    const known = group.map((signed): OfferedTransaction => {
      const id = ids?.[position++];
      return id === undefined ? signed : { ...signed, id };
    });
    const result = builder.addGroup(known);
    if (result.type !== "included") throw diverged(opening.number, `a transaction is ${result.type}`);
  }
}

/** Nodes build no blocks of 1,024 slots: none could be a batch of its own. */
function ownSize({ number, slotCount }: BlockOpening): SoloSize {
  if (slotCount !== 1024) return slotCount;
  throw diverged(number, `blocks of ${slotCount} slots are not built here`);
}

function isSameState(
  executed: Pick<ExecutedBlock, "updates" | "newNextIndex">,
  expected: Pick<ClosedBlock, "updates" | "newNextIndex">,
): boolean {
  if (executed.newNextIndex !== expected.newNextIndex || executed.updates.size !== expected.updates.size) return false;
  for (const [index, account] of executed.updates) {
    const other = expected.updates.get(index);
    const isSame =
      other !== undefined &&
      account.balance === other.balance &&
      account.nonce === other.nonce &&
      account.key === other.key &&
      account.ownerKey === other.ownerKey &&
      account.owner === other.owner &&
      account.tokenId === other.tokenId;
    if (!isSame) return false;
  }
  return true;
}

function diverged(number: number, reason: string): CairnError<NodeErrorCode> {
  return new CairnError("node/state-diverged", `block ${number} cannot be sealed: ${reason}`);
}
