import { type ContractState, isStillThere, type L1Access, type L1Block, readMany } from "@cairn/l1";
import { bytesToHex, encodeL1Operation, isSameBytes, nextRollingHash } from "@cairn/protocol";
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
  { operations, l1Block, resumeBlock }: QueueAfterArchive,
  { queuePosition, queueHash }: ChainPosition,
  access: L1Access,
  head: Pick<L1Block, "block">,
): Promise<KnownQueue> {
  let hash = queueHash;
  const hashes = operations.map((operation) => {
    hash = nextRollingHash(hash, encodeL1Operation(operation));
    return hash;
  });
  await assertQueueHash(access, { queuePosition: queuePosition + operations.length, queueHash: hash }, head.block);
  const calls = operations.map((_, i) => [BigInt(queuePosition + i)] as const);
  const entries = await readMany(access, "queueEntry", calls, head.block);
  const waiting = operations.map(
    (operation, i): WaitingEntry => ({
      position: queuePosition + i,
      operation,
      queueHash: hashes[i] ?? queueHash,
      submitterFee: entries[i]?.submitterFee ?? 0n,
      l1Block: resumeBlock ?? l1Block,
    }),
  );
  return { waiting, l1Block };
}
