import {
  type Database,
  findBatch,
  findBlock,
  findTransaction,
  listAccountTransactions,
  listBatches,
  listBlocks,
  listPayouts,
  listTransactionEvents,
  loadBlockTransactions,
  loadGroup,
  loadQueueEntries,
  type StoredBlock,
  type StoredTransaction,
} from "@cairn/db";
import { addressToBigint } from "@cairn/protocol";
import { wordToBigint } from "@cairn/rpc";
import { wordHex } from "../json.ts";
import { found, type Handlers } from "./handlers.ts";
import { toBatch, toBlock, toHistory, toPayout, toQueueEntry, toSummary } from "./resources.ts";

/** Operations that the database alone answers. */
export type HistoryRoute =
  | "transaction"
  | "accountTransactions"
  | "blocks"
  | "block"
  | "blockTransactions"
  | "batches"
  | "batch"
  | "payouts"
  | "queue";

/** What the database says of the past: transactions, blocks, batches, payouts, the L1 queue. */
export function createHistoryHandlers({ db }: Database): Handlers<HistoryRoute> {
  const withBlocks = async (transactions: readonly StoredTransaction[]) => {
    const numbers = new Set(transactions.flatMap(({ inclusion }) => inclusion?.blockNumber ?? []));
    const blocks = await Promise.all([...numbers].map((number) => findBlock(db, number)));
    const byNumber = new Map(blocks.flatMap((block) => (block === undefined ? [] : [[block.number as number, block]])));
    return transactions.map((transaction) => toSummary(transaction, blockOf(transaction, byNumber)));
  };

  return {
    transaction: async ({ params }) => {
      const transaction = found(await findTransaction(db, wordToBigint(params.id)), "transaction");
      const block = transaction.inclusion ? await findBlock(db, transaction.inclusion.blockNumber) : undefined;
      const events = await listTransactionEvents(db, transaction.id);
      const group = await groupIds(transaction);
      return { ...toSummary(transaction, block), group, history: toHistory(transaction, block, events) };
    },
    accountTransactions: async ({ params, query }) => {
      const rows = await listAccountTransactions(db, params.index, query);
      return {
        transactions: await withBlocks(rows),
        next: rows.length < query.limit ? null : (rows.at(-1)?.sequence ?? null),
      };
    },
    blocks: async ({ query }) => {
      const blocks = await listBlocks(db, query);
      return {
        blocks: blocks.map(toBlock),
        next: blocks.length < query.limit ? null : (blocks.at(-1)?.number ?? null),
      };
    },
    block: async ({ params }) => toBlock(found(await findBlock(db, params.number), "block")),
    blockTransactions: async ({ params }) => {
      const block = found(await findBlock(db, params.number), "block");
      const rows = await loadBlockTransactions(db, params.number);
      return { transactions: rows.map((row) => toSummary(row, block)) };
    },
    batches: async ({ query }) => {
      const batches = await listBatches(db, query);
      const next = batches.length < query.limit ? null : (batches.at(-1)?.firstBlock ?? null);
      return { batches: batches.map(toBatch), next };
    },
    batch: async ({ params }) => toBatch(found(await findBatch(db, params.firstBlock), "batch")),
    payouts: async ({ query }) => {
      const recipient = query.recipient === undefined ? undefined : addressToBigint(query.recipient);
      const { status, before: beforeBlock, limit } = query;
      return { payouts: (await listPayouts(db, { recipient, status, beforeBlock, limit })).map(toPayout) };
    },
    queue: async ({ query }) => {
      const [last] = await listBlocks(db, { limit: 1 });
      const processed = last === undefined ? 0 : last.firstQueueIndex + last.l1OperationCount;
      const entries = await loadQueueEntries(db, query.from, query.limit);
      return { entries: entries.map((entry) => toQueueEntry(entry, processed)), processed };
    },
  };

  async function groupIds(transaction: StoredTransaction): Promise<string[]> {
    if (transaction.groupSize === 1) return [wordHex(transaction.id)];
    return (await loadGroup(db, transaction.groupId)).map(({ id }) => wordHex(id));
  }
}

function blockOf({ inclusion }: StoredTransaction, blocks: ReadonlyMap<number, StoredBlock>): StoredBlock | undefined {
  return inclusion === null ? undefined : blocks.get(inclusion.blockNumber);
}
