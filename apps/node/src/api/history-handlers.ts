import {
  type Database,
  findBatch,
  findBlock,
  findProof,
  findTransaction,
  listBatches,
  listBlocks,
  listPayouts,
  listReferencedTransactions,
  listTransactionEvents,
  loadAcceptedSummaries,
  loadBatchCosts,
  loadBatchesOfBlocks,
  loadBatchIncome,
  loadBlockTransactions,
  loadGroup,
  loadPayoutPlaces,
  type StoredBatch,
  type StoredBlock,
  type StoredTransaction,
} from "@cairn/db";
import { addressToBigint, hexToReference } from "@cairn/protocol";
import { wordToBigint } from "@cairn/rpc";
import type { Clock } from "../clock.ts";
import { createEventLog, type EventLog } from "../events/log.ts";
import { wordHex } from "../json.ts";
import { cursorPlace, decodeCursor, encodeCursor, pageOf, placeCursor } from "./cursors.ts";
import { createEntryHandlers, type EntryRoute } from "./entry-handlers.ts";
import { createEventHandlers } from "./event-handlers.ts";
import { found, type Handlers } from "./handlers.ts";
import { createOverviewHandlers, type OverviewRoute } from "./overview-handlers.ts";
import { findReceipt, findSlotReceipt } from "./receipts.ts";
import { toBatch, toBlock, toHistory, toPayout, toSummary } from "./resources.ts";
import { search } from "./search.ts";

/** Operations answered from the database alone. */
export type HistoryRoute =
  | "transaction"
  | "receipt"
  | "slotReceipt"
  | "referenceTransactions"
  | "blocks"
  | "block"
  | "blockTransactions"
  | "batches"
  | "batch"
  | "payouts"
  | "search"
  | "events"
  | EntryRoute
  | OverviewRoute;

/**
 * What the database says about the past: histories, transactions, blocks, batches, payouts, the L1 queue. Lists are read one
 * entry beyond the page to know whether another follows. `hasAccount` is called only for accounts to which nothing happened;
 * `log` may be shared with the stream.
 */
export function createHistoryHandlers(
  database: Database,
  clock: Clock,
  hasAccount: (index: number) => Promise<boolean>,
  log: EventLog = createEventLog(database),
): Handlers<HistoryRoute> {
  const { db } = database;
  const withBlocks = async (transactions: readonly StoredTransaction[]) => {
    const numbers = new Set(transactions.flatMap(({ inclusion }) => inclusion?.blockNumber ?? []));
    const blocks = await Promise.all([...numbers].map((number) => findBlock(db, number)));
    const byNumber = new Map(blocks.flatMap((block) => (block === undefined ? [] : [[block.number as number, block]])));
    return transactions.map((transaction) => toSummary(transaction, blockOf(transaction, byNumber)));
  };

  /** Blocks, which are neighbours, with their batches. */
  const showBlocks = async (blocks: readonly StoredBlock[]) => {
    const numbers = blocks.map(({ number }): number => number);
    const batches =
      blocks.length === 0 ? [] : await loadBatchesOfBlocks(db, Math.min(...numbers), Math.max(...numbers));
    return blocks.map((block) => {
      const { number } = block;
      return toBlock(
        block,
        batches.find(({ firstBlock, lastBlock }) => firstBlock <= number && number <= lastBlock),
      );
    });
  };

  /** Batches that are neighbours, with what L1 accepted, or else what is to be proven. */
  const showBatches = async (batches: readonly StoredBatch[]) => {
    const numbers = batches.flatMap(({ acceptance }) => acceptance?.number ?? []);
    const accepted =
      numbers.length === 0 ? [] : await loadAcceptedSummaries(db, Math.min(...numbers), Math.max(...numbers));
    const byNumber = new Map(accepted.map((one) => [one.number, one]));
    const firstBlocks = batches.map(({ firstBlock }) => firstBlock);
    const [incomes, costs] = await Promise.all([loadBatchIncome(db, firstBlocks), loadBatchCosts(db, firstBlocks)]);
    return Promise.all(
      batches.map(async (batch) => {
        const { acceptance, proofId, firstBlock } = batch;
        const accounts = { income: incomes.get(firstBlock) ?? [], cost: costs.get(firstBlock) };
        if (acceptance !== null) return toBatch(batch, byNumber.get(acceptance.number), undefined, accounts);
        return toBatch(batch, undefined, proofId === null ? undefined : await findProof(db, proofId), accounts);
      }),
    );
  };

  return {
    ...createEntryHandlers(database, hasAccount),
    ...createOverviewHandlers(database, clock),
    search: async ({ query }) => ({ results: [...(await search(db, hasAccount, query.q))] }),
    ...createEventHandlers(log),
    transaction: async ({ params }) => {
      const transaction = found(await findTransaction(db, wordToBigint(params.id)), "transaction");
      const block = transaction.inclusion ? await findBlock(db, transaction.inclusion.blockNumber) : undefined;
      const events = await listTransactionEvents(db, transaction.id);
      const group = await groupIds(transaction);
      return { ...toSummary(transaction, block), group, history: toHistory(transaction, block, events) };
    },
    receipt: ({ params }) => findReceipt(db, wordToBigint(params.id)),
    slotReceipt: ({ params }) => findSlotReceipt(db, params.number, params.slot),
    referenceTransactions: async ({ params, query }) => {
      const before = cursorPlace(query.cursor);
      const { rows, next } = await pageOf(
        query.limit,
        (limit) => listReferencedTransactions(db, hexToReference(params.reference), { before, limit }),
        ({ place }) => placeCursor(place),
      );
      return { transactions: await withBlocks(rows.map(({ transaction }) => transaction)), next };
    },
    blocks: async ({ query }) => {
      const [before] = decodeCursor("blocks", query.cursor, 1) ?? [];
      const { rows, next } = await pageOf(
        query.limit,
        (limit) => listBlocks(db, { before, limit }),
        (last) => encodeCursor("blocks", [last.number]),
      );
      return { blocks: await showBlocks(rows), next };
    },
    block: async ({ params }) => {
      const [shown] = await showBlocks([found(await findBlock(db, params.number), "block")]);
      return found(shown, "block");
    },
    blockTransactions: async ({ params }) => {
      const block = found(await findBlock(db, params.number), "block");
      const rows = await loadBlockTransactions(db, params.number);
      return { transactions: rows.map((row) => toSummary(row, block)) };
    },
    batches: async ({ query }) => {
      const [before] = decodeCursor("batches", query.cursor, 1) ?? [];
      const { rows, next } = await pageOf(
        query.limit,
        (limit) => listBatches(db, { before, limit }),
        (last) => encodeCursor("batches", [last.firstBlock]),
      );
      return { batches: await showBatches(rows), next };
    },
    batch: async ({ params }) => {
      const [shown] = await showBatches([found(await findBatch(db, params.firstBlock), "batch")]);
      return found(shown, "batch");
    },
    payouts: async ({ query }) => {
      const recipient = query.recipient === undefined ? undefined : addressToBigint(query.recipient);
      const { status, block } = query;
      const [afterBlock, position] = decodeCursor("payouts", query.cursor, 2) ?? [];
      const after = afterBlock === undefined || position === undefined ? undefined : { block: afterBlock, position };
      const { rows, next } = await pageOf(
        query.limit,
        (limit) => listPayouts(db, { recipient, status, block, after, limit }),
        (last) => encodeCursor("payouts", [last.blockNumber, last.position]),
      );
      const places = await loadPayoutPlaces(db, rows);
      return { payouts: rows.map((row, i) => toPayout(row, places[i])), next };
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
