import {
  type Database,
  findBatch,
  findBlock,
  findProof,
  findTransaction,
  listAccountTransactions,
  listBatches,
  listBlocks,
  listPayouts,
  listReferencedTransactions,
  listTransactionEvents,
  loadAcceptedSummaries,
  loadBatchesOfBlocks,
  loadBlockTransactions,
  loadGroup,
  loadPayoutPlaces,
  loadQueueEntries,
  type StoredBatch,
  type StoredBlock,
  type StoredTransaction,
} from "@cairn/db";
import { addressToBigint, hexToReference } from "@cairn/protocol";
import { wordToBigint } from "@cairn/rpc";
import { wordHex } from "../json.ts";
import { found, type Handlers } from "./handlers.ts";
import { findReceipt } from "./receipts.ts";
import { toBatch, toBlock, toHistory, toPayout, toQueueEntry, toSummary } from "./resources.ts";

/** Operations answered from the database alone. */
export type HistoryRoute =
  | "transaction"
  | "receipt"
  | "accountTransactions"
  | "referenceTransactions"
  | "blocks"
  | "block"
  | "blockTransactions"
  | "batches"
  | "batch"
  | "payouts"
  | "queue";

/**
 * What the database says about the past: transactions, blocks, batches, payouts, the L1 queue. Lists are read one entry
 * beyond the page to know whether another follows. `hasAccount` is called only for accounts without transactions.
 */
export function createHistoryHandlers(
  { db }: Database,
  hasAccount: (index: number) => Promise<boolean>,
): Handlers<HistoryRoute> {
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
    return Promise.all(
      batches.map(async (batch) => {
        const { acceptance, proofId } = batch;
        if (acceptance !== null) return toBatch(batch, byNumber.get(acceptance.number), undefined);
        return toBatch(batch, undefined, proofId === null ? undefined : await findProof(db, proofId));
      }),
    );
  };

  return {
    transaction: async ({ params }) => {
      const transaction = found(await findTransaction(db, wordToBigint(params.id)), "transaction");
      const block = transaction.inclusion ? await findBlock(db, transaction.inclusion.blockNumber) : undefined;
      const events = await listTransactionEvents(db, transaction.id);
      const group = await groupIds(transaction);
      return { ...toSummary(transaction, block), group, history: toHistory(transaction, block, events) };
    },
    receipt: async ({ params }) => {
      const receipt = await findReceipt(db, wordToBigint(params.id));
      return found(receipt ?? undefined, "receipt yet: L1 has not accepted the transaction's batch");
    },
    referenceTransactions: async ({ params, query }) => {
      const load = (limit: number) =>
        listReferencedTransactions(db, hexToReference(params.reference), { ...query, limit });
      const { rows, next } = await pageOf(query.limit, load, ({ sequence }) => sequence);
      return { transactions: await withBlocks(rows), next };
    },
    accountTransactions: async ({ params, query }) => {
      const load = (limit: number) => listAccountTransactions(db, params.index, { ...query, limit });
      const { rows, next } = await pageOf(query.limit, load, ({ sequence }) => sequence);
      if (rows.length === 0 && !(await hasAccount(params.index))) found(undefined, "account");
      return { transactions: await withBlocks(rows), next };
    },
    blocks: async ({ query }) => {
      const load = (limit: number) => listBlocks(db, { ...query, limit });
      const { rows, next } = await pageOf(query.limit, load, (last): number => last.number);
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
      const load = (limit: number) => listBatches(db, { ...query, limit });
      const { rows, next } = await pageOf(query.limit, load, (last): number => last.firstBlock);
      return { batches: await showBatches(rows), next };
    },
    batch: async ({ params }) => {
      const [shown] = await showBatches([found(await findBatch(db, params.firstBlock), "batch")]);
      return found(shown, "batch");
    },
    payouts: async ({ query }) => {
      const recipient = query.recipient === undefined ? undefined : addressToBigint(query.recipient);
      const { status } = query;
      const after = query.before === undefined ? undefined : payoutCursor(query.before);
      const load = (limit: number) => listPayouts(db, { recipient, status, after, limit });
      const { rows, next } = await pageOf(query.limit, load, (last) => `${last.blockNumber}-${last.position}`);
      const places = await loadPayoutPlaces(db, rows);
      return { payouts: rows.map((row, i) => toPayout(row, places[i])), next };
    },
    queue: async ({ query }) => {
      const [last] = await listBlocks(db, { limit: 1 });
      const processed = last === undefined ? 0 : last.firstQueueIndex + last.l1OperationCount;
      const load = (limit: number) => loadQueueEntries(db, query.from, limit);
      const { rows, next } = await pageOf(query.limit, load, ({ index }) => index + 1);
      return { entries: rows.map((entry) => toQueueEntry(entry, processed)), processed, next };
    },
  };

  async function groupIds(transaction: StoredTransaction): Promise<string[]> {
    if (transaction.groupSize === 1) return [wordHex(transaction.id)];
    return (await loadGroup(db, transaction.groupId)).map(({ id }) => wordHex(id));
  }
}

/** Rows of a page, and the cursor after the last of them when another page follows. */
async function pageOf<Row, Cursor>(
  limit: number,
  load: (limit: number) => Promise<readonly Row[]>,
  cursorOf: (last: Row) => Cursor,
): Promise<{ readonly rows: readonly Row[]; readonly next: Cursor | null }> {
  const found = await load(limit + 1);
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return { rows, next: last === undefined || found.length <= limit ? null : cursorOf(last) };
}

/** The payout before a cursor; a block alone means after all of its payouts. */
function payoutCursor(text: string): { readonly block: number; readonly position: number | null } {
  const [block, position] = text.split("-", 2);
  return { block: Number(block), position: position === undefined ? null : Number(position) };
}

function blockOf({ inclusion }: StoredTransaction, blocks: ReadonlyMap<number, StoredBlock>): StoredBlock | undefined {
  return inclusion === null ? undefined : blocks.get(inclusion.blockNumber);
}
