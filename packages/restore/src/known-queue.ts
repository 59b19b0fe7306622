import { type ContractState, isStillThere, type L1Access, type L1Block, readMany } from "@cairn/l1";
import { bytesToHex, encodeL1Operation, isSameBytes, nextQueueHash } from "@cairn/protocol";
import type { ChainPosition } from "@cairn/vm";
import type { QueueAfterArchive } from "./archive/reader.ts";
import { assertQueueHash } from "./queue-check.ts";
import type { RestoredState } from "./restored-state.ts";
import type { WaitingEntry } from "./stored-records.ts";

/** Which entries waited in the queue when all L1 blocks up to one were read. */
export interface KnownQueue {
  readonly waiting: readonly WaitingEntry[];
  readonly l1Block: number;
}

/**
 * What is known about the queue at the state's position without reading events: from the last time that the state was
 * brought to L1's head, or from an archive. With it, an L1 that has pruned older events suffices. Throws
 * `restore/queue-mismatch` when the archive's entries are not the contract's, `l1/unavailable`.
 */
export async function knownQueue(
  restored: RestoredState,
  access: L1Access,
  { head, contract }: { readonly head: L1Block; readonly contract: ContractState },
  archived: QueueAfterArchive | null,
): Promise<KnownQueue | null> {
  const position = restored.position();
  const end = restored.end();
  if (end !== null) {
    const known = { waiting: restored.waiting(), l1Block: end.l1Block };
    if (isWhole(known, position, contract)) return known;
    const isBefore = end.l1Block <= head.block;
    const l1Block = { block: end.l1Block, hash: bytesToHex(end.l1BlockHash) };
    if (isBefore && (await isStillThere(access, l1Block))) return known;
  }
  // An L1 node that is behind the archive does not have its entries yet.
  const isUsable = archived !== null && archived.batch === position.batch && archived.l1Block <= head.block;
  return isUsable ? confirmArchived(archived, position, access, head) : null;
}

/** The entries among those known that still wait at a position. */
export function waitingAt(known: KnownQueue | null, { queuePosition }: ChainPosition): readonly WaitingEntry[] {
  return (known?.waiting ?? []).filter(({ position }) => position >= queuePosition);
}

/** Whether nothing has happened since: the entries are all that wait, and no batch has come. */
export function isWhole({ waiting }: KnownQueue, position: ChainPosition, contract: ContractState): boolean {
  const { batch, queuePosition, queueHash } = position;
  const tailHash = waiting.at(-1)?.queueHash ?? queueHash;
  return (
    batch === contract.batchCount &&
    queuePosition + waiting.length === contract.queueTail &&
    isSameBytes(tailHash, contract.queueTailHash)
  );
}

/**
 * The entries that an archive says wait after a position, with what only the contract knows of them. Throws
 * `restore/queue-mismatch` when they are not the contract's, `l1/unavailable`.
 */
export async function confirmArchived(
  { entries, l1Block }: QueueAfterArchive,
  { queuePosition, queueHash }: ChainPosition,
  access: L1Access,
  head: Pick<L1Block, "block">,
): Promise<KnownQueue> {
  const tailHash = entries.map(({ operation }) => encodeL1Operation(operation)).reduce(nextQueueHash, queueHash);
  await assertQueueHash(access, { queuePosition: queuePosition + entries.length, queueHash: tailHash }, head.block);
  const calls = entries.map((_, i) => [BigInt(queuePosition + i)] as const);
  const stored = await readMany(access, "queueEntry", calls, head.block);
  let hash = queueHash;
  const waiting = entries.map(({ operation, origin }, i): WaitingEntry => {
    hash = nextQueueHash(hash, encodeL1Operation(operation));
    return {
      position: queuePosition + i,
      operation,
      queueHash: hash,
      submitterFee: stored[i]?.submitterFee ?? 0n,
      origin,
    };
  });
  return { waiting, l1Block };
}
