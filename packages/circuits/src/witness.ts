import { accountHash, type Compress, messageHash } from "@cairn/crypto";
import {
  CairnError,
  domainToBigint,
  EMPTY_ACCOUNT,
  type L1Operation,
  messageWords,
  type Payout,
  recipientOrOwner,
  toKey,
  transactionLink,
} from "@cairn/protocol";
import { createWorkingTree, type WorkingTree, type WorkingTreeBase } from "@cairn/state";
import type { BlockTrace, FeeCreditTrace, LeafStep, SlotTrace } from "@cairn/vm";
import type { CircuitsErrorCode } from "./errors.ts";
import { type CircuitShape, circuitShape } from "./shape.ts";
import {
  bigintToWords,
  bytesToWords,
  extraWords,
  float16Witness,
  float40Witness,
  indexWitness,
  leafWitness,
  payoutWords,
  recordWitness,
  signatureWitness,
  unsignedSignature,
} from "./witness-parts.ts";
import type { BlockWitness, FeeCreditWitness, OpeningWitness, SignatureWitness, SlotWitness } from "./witness-types.ts";

/** The private inputs of a block and the root they lead to. */
export interface BuiltWitness {
  readonly witness: BlockWitness;
  readonly oldRoot: bigint;
  readonly newRoot: bigint;
}

interface Replay {
  readonly shape: CircuitShape;
  readonly tree: WorkingTree;
  readonly compress: Compress;
}

const NO_STEP: LeafStep = { index: 0 as LeafStep["index"], before: EMPTY_ACCOUNT, after: EMPTY_ACCOUNT };

/**
 * Replays a trace on the tree before the block and collects the circuit's inputs.
 * Throws `circuits/inconsistent-trace` when the trace does not follow from that tree.
 */
export function buildWitness(trace: BlockTrace, before: WorkingTreeBase, compress: Compress): BuiltWitness {
  const shape = circuitShape(trace.slotCount);
  const replay: Replay = { shape, tree: createWorkingTree(before, compress), compress };
  const unsigned = unsignedSignature(compress);
  const slots = trace.slots.map((slot) => slotWitness(slot, trace, replay, unsigned));
  const feeCredits = trace.feeCredits.map((credit) => feeCreditWitness(credit, replay));
  return {
    witness: {
      header: {
        ...domainWords(trace),
        blockNumber: bigintToWords(BigInt(trace.blockNumber), 2),
        timestamp: bigintToWords(BigInt(trace.timestamp), 2),
        queueHashBefore: bytesToWords(trace.queueHashBefore),
        oldNextIndex: trace.oldNextIndex,
      },
      subroots: subroots(before, shape),
      records: trace.slots.slice(0, shape.capacity).map((slot) => recordWitness(slot.l1Operation)),
      slots,
      linkTargets: trace.slots.map((slot, i) => BigInt(i + linkOffset(slot))),
      feeCredits,
      extras: padded(trace.slots.flatMap(extrasOf), shape.capacity, extraWords(0n, 0n)),
      payouts: padded(trace.slots.flatMap(payoutsOf).map(payoutWords), shape.capacity, payoutWords(null)),
    },
    oldRoot: before.root(),
    newRoot: replay.tree.root(),
  };
}

function slotWitness(slot: SlotTrace, trace: BlockTrace, replay: Replay, unsigned: SignatureWitness): SlotWitness {
  const transaction = slot.signed?.transaction ?? null;
  const signature =
    slot.signed === null
      ? unsigned
      : signatureWitness(
          messageHash(messageWords(slot.signed.transaction, trace.domain), replay.compress),
          slot.signed.signature,
          slot.a.before.key,
          replay.compress,
        );
  return {
    isTransfer: slot.kind === "transfer",
    isTransferToNew: slot.kind === "transferToNew",
    isWithdraw: slot.kind === "withdraw",
    a: opening(slot.a, replay),
    b: opening(slot.b, replay),
    amount: float40Witness(transaction?.amount ?? 0),
    fee: float16Witness(transaction?.fee ?? 0),
    feeSelectors: [0, 1, 2, 3].map((credit) => credit === slot.feeCredit),
    validUntil: BigInt(transaction?.validUntil ?? 0),
    signature,
  };
}

function opening(step: LeafStep, { shape, tree, compress }: Replay): OpeningWitness {
  const before = accountHash(step.before, compress);
  const proof = tree.prove(step.index);
  if (proof.leafHash !== before) {
    throw new CairnError<CircuitsErrorCode>("circuits/inconsistent-trace", `leaf ${step.index} is not as traced`);
  }
  tree.update(step.index, accountHash(step.after, compress));
  const children: bigint[][] = [];
  let node = before;
  for (let level = 0; level < shape.levels; level++) {
    const family = [...(proof.siblings[level] ?? [])];
    family.splice(proof.digits[level] ?? 0, 0, node);
    children.push(family);
    if (level + 1 < shape.levels) {
      const [a = 0n, b = 0n, c = 0n, d = 0n] = family;
      node = compress(a, b, c, d);
    }
  }
  return { index: indexWitness(step.index), leaf: leafWitness(step.before), children };
}

function feeCreditWitness(credit: FeeCreditTrace | null, replay: Replay): FeeCreditWitness {
  return { tokenId: BigInt(credit?.tokenId ?? 0), ...opening(credit?.leaf ?? NO_STEP, replay) };
}

function subroots(before: WorkingTreeBase, { levels, subrootDepth }: CircuitShape): bigint[] {
  return Array.from({ length: 4 ** (subrootDepth - 1) }, (_, i) => before.nodes.children(levels + 1, i)).flat();
}

function domainWords(trace: BlockTrace): { chainId: number[]; rollup: number[] } {
  domainToBigint(trace.domain);
  return { chainId: bigintToWords(trace.domain.chainId, 2), rollup: bigintToWords(trace.domain.rollup, 5) };
}

function linkOffset(slot: SlotTrace): number {
  return slot.signed === null ? 0 : (transactionLink(slot.signed.transaction)?.offset ?? 0);
}

function extrasOf(slot: SlotTrace): number[][] {
  const transaction = slot.signed?.transaction;
  if (transaction === undefined || transaction.type === "transfer") return [];
  return [extraWords(recipientOrOwner(transaction), toKey(transaction))];
}

/** The payout that a slot makes, if any (spec 3.4). */
function payoutsOf(slot: SlotTrace): Payout[] {
  if (slot.signed?.transaction.type === "withdraw") {
    const { recipient } = slot.signed.transaction;
    return [{ recipient, tokenId: slot.a.before.tokenId, amount: slot.amount }];
  }
  const operation: L1Operation | null = slot.l1Operation;
  const { owner, tokenId, balance } = slot.a.before;
  if (operation?.type === "forcedWithdraw" && owner === operation.sender) {
    return [{ recipient: owner, tokenId, amount: balance }];
  }
  if (operation?.type === "deposit" && isUnchanged(slot.a) && isUnchanged(slot.b)) {
    return [{ recipient: operation.owner, tokenId: operation.tokenId, amount: operation.amount }];
  }
  return [];
}

function isUnchanged({ before, after }: LeafStep): boolean {
  return before.owner === after.owner && before.balance === after.balance;
}

function padded<T>(list: readonly T[], length: number, filler: T): T[] {
  return [...list, ...Array.from({ length: length - list.length }, () => filler)];
}
