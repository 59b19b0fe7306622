import { sql } from "kysely";
import type { Db } from "./database.ts";

/** What this node's account paid L1 for a batch: every mined transaction, also those that were reverted or cancelled. */
export interface BatchCost {
  /** How many transactions. */
  readonly transactions: number;
  readonly gasUsed: number;
  readonly blobGasUsed: number;
  readonly paidWei: bigint;
}

/** Fees that the blocks of a batch credited, by token. */
export interface BatchIncome {
  readonly tokenId: number;
  readonly amount: bigint;
}

/** Costs of batches by their first blocks; a batch for which nothing was paid has none. */
export async function loadBatchCosts(db: Db, firstBlocks: readonly number[]): Promise<Map<number, BatchCost>> {
  if (firstBlocks.length === 0) return new Map();
  const rows = await db
    .selectFrom("l1_transactions")
    .select(({ fn }) => [
      "subject",
      fn.countAll<string>().as("transactions"),
      fn.sum<string>("paid_gas").as("gas"),
      fn.sum<string>("paid_blob_gas").as("blob_gas"),
      fn.sum<string>("paid_wei").as("wei"),
    ])
    .where("subject", "in", [...firstBlocks])
    .where("purpose", "in", ["submitBatch", "pay"])
    .where("paid_wei", "is not", null)
    .groupBy("subject")
    .execute();
  return new Map(
    rows.map(({ subject, transactions, gas, blob_gas: blobGas, wei }) => [
      Number(subject),
      {
        transactions: Number(transactions),
        gasUsed: Number(gas),
        blobGasUsed: Number(blobGas),
        paidWei: BigInt(wei),
      },
    ]),
  );
}

/** Income of batches by their first blocks, tokens in order. */
export async function loadBatchIncome(db: Db, firstBlocks: readonly number[]): Promise<Map<number, BatchIncome[]>> {
  if (firstBlocks.length === 0) return new Map();
  const { rows } = await sql<{ readonly first_block: string; readonly token_id: string; readonly amount: string }>`
    select batches.first_block, fee_credits.token_id, sum(fee_credits.amount)::text as amount
    from batches join fee_credits on fee_credits.block_number between batches.first_block and batches.last_block
    where batches.first_block in (${sql.join(firstBlocks)})
    group by batches.first_block, fee_credits.token_id
    order by fee_credits.token_id
  `.execute(db);
  const income = new Map<number, BatchIncome[]>(firstBlocks.map((firstBlock) => [firstBlock, []]));
  for (const { first_block: firstBlock, token_id: tokenId, amount } of rows) {
    income.get(Number(firstBlock))?.push({ tokenId: Number(tokenId), amount: BigInt(amount) });
  }
  return income;
}

/** The newest batches that L1 has accepted and this node has stored, with the transactions of their blocks; newest first. */
export async function listAcceptedPlans(
  db: Db,
  limit: number,
): Promise<readonly { readonly firstBlock: number; readonly transactions: number }[]> {
  const { rows } = await sql<{ readonly first_block: string; readonly transactions: string }>`
    select newest.first_block, coalesce(sum(blocks.transaction_count), 0) as transactions
    from (
      select first_block, last_block from batches where number is not null order by first_block desc limit ${limit}
    ) as newest
    join blocks on blocks.number between newest.first_block and newest.last_block
    group by newest.first_block
    order by newest.first_block desc
  `.execute(db);
  return rows.map(({ first_block: firstBlock, transactions }) => ({
    firstBlock: Number(firstBlock),
    transactions: Number(transactions),
  }));
}
