import {
  type Database,
  deleteBlocksFrom,
  deleteQueueEntriesFrom,
  insertOpenBlock,
  insertQueueEntries,
  type QueueEntry,
  requeueTransactions,
  type StoredTransaction,
  sealStoredBlock,
  upsertTransactions,
} from "@cairn/db";
import { accountIndex, blockNumber, encodeFloat16, encodeFloat40, tokenId } from "@cairn/protocol";
import { openingOf, sealOf } from "./stored-blocks.ts";

/** Who sends and deposits everything. */
export const OWNER = 7n;
/** Who receives every other transfer. */
export const OTHER_OWNER = 8n;
const START_MS = 1_700_000_000_000;

/** A growing rollup, by what it writes: every third transaction is a withdrawal to the owner, who also gets deposits. */
export function createLedgerWriter({ db }: Database) {
  let arrived = 0;
  let deposits = 0;
  let nowMs = START_MS;
  let waiting: StoredTransaction[] = [];
  const blocks: StoredTransaction[][] = [];

  const arrive = async (count: number, { reference = 0n }: { readonly reference?: bigint } = {}): Promise<void> => {
    const rows = Array.from({ length: count }, (): StoredTransaction => {
      const nonce = arrived++;
      // Several arrive in the same millisecond.
      nowMs += nonce % 3 === 0 ? 1 : 0;
      return received(BigInt(1000 + nonce), nonce, nowMs, reference);
    });
    await upsertTransactions(db, rows);
    waiting.push(...rows);
  };

  const confirm = async (perBlock: number): Promise<void> => {
    const rows = waiting.splice(0, perBlock);
    if (rows.length === 0) return;
    const number = blocks.push(rows);
    const opening = { ...openingOf(number), timestamp: Math.floor(nowMs / 1000) };
    await insertOpenBlock(db, opening);
    const included = rows.map(
      (row, slot): StoredTransaction => ({
        ...row,
        status: "confirmed",
        inclusion: { blockNumber: number, slot },
        amount: 5n,
        fee: 1n,
      }),
    );
    await upsertTransactions(db, included);
    const payouts = rows.flatMap(({ signed: { transaction } }, slot) =>
      transaction.type === "withdraw"
        ? [{ recipient: transaction.recipient, tokenId: tokenId(0), amount: 5n, slot }]
        : [],
    );
    await sealStoredBlock(db, blockNumber(number), { seal: sealOf(opening), payouts, witness: Uint8Array.of(1) });
  };

  return {
    arrive,
    confirm,
    /** A deposit that L1 mined some time ago. */
    deposit: (secondsAgo: number): Promise<void> => {
      const enqueuedAt = Math.floor(nowMs / 1000) - secondsAgo;
      return insertQueueEntries(db, [depositOf(deposits++, OWNER, enqueuedAt)]);
    },
    /** A reorg of L1 takes a deposit and all after it, and brings another one. */
    replaceDeposit: (index: number, owner: bigint): Promise<void> => {
      deposits = index + 1;
      return db.transaction().execute(async (transaction) => {
        await deleteQueueEntriesFrom(transaction, index);
        await insertQueueEntries(transaction, [depositOf(index, owner, Math.floor(nowMs / 1000))]);
      });
    },
    /** Drops the last blocks and builds others of the same transactions. */
    rebuild: async (count: number, perBlock: number): Promise<void> => {
      const first = Math.max(1, blocks.length - count + 1);
      const dropped = blocks.splice(first - 1).flat();
      if (dropped.length === 0) return;
      await requeueTransactions(db, first, { atMs: nowMs, reason: "L1 reorg" });
      await deleteBlocksFrom(db, first);
      waiting = [...dropped, ...waiting];
      nowMs += 5000;
      for (let left = dropped.length; left > 0; left -= perBlock) await confirm(Math.min(perBlock, left));
    },
  };
}

/** As {@link createLedgerWriter} makes it. */
export type LedgerWriter = ReturnType<typeof createLedgerWriter>;

function depositOf(index: number, owner: bigint, enqueuedAt: number): QueueEntry {
  return {
    index,
    operation: { type: "deposit", owner, tokenId: tokenId(0), amount: 9n, index: accountIndex(0), key: 0n },
    hashAfter: new Uint8Array(32).fill(index % 256),
    l1Block: index,
    l1BlockHash: new Uint8Array(32),
    l1Transaction: new Uint8Array(32),
    enqueuedAt,
    isFromArchive: false,
  };
}

function received(id: bigint, nonce: number, receivedAtMs: number, reference: bigint): StoredTransaction {
  const common = {
    from: accountIndex(64),
    nonce,
    tokenId: tokenId(0),
    amount: encodeFloat40(5n),
    fee: encodeFloat16(1n),
    validFrom: 0,
    validUntil: 2 ** 32 - 1,
    reference,
  };
  return {
    id,
    sequence: nonce + 1,
    groupId: id,
    groupPosition: 0,
    groupSize: 1,
    fromOwner: OWNER,
    signed: {
      transaction:
        nonce % 3 === 0
          ? { type: "withdraw", ...common, recipient: OWNER }
          : {
              type: "transfer",
              ...common,
              to: accountIndex(65),
              toOwner: nonce % 2 === 0 ? OWNER : OTHER_OWNER,
              toKey: 1n,
              link: null,
            },
      signature: { rx: 1n, s: 1n },
    },
    status: "received",
    inclusion: null,
    amount: null,
    fee: null,
    createdIndex: null,
    rejection: null,
    receivedAtMs,
  };
}
