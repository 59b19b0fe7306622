import { sql } from "kysely";
import type { Db } from "./database.ts";
import { readWaitingProofs } from "./proofs.ts";

/** Pending work; there should be little of it, and none of it old. */
export interface Waiting {
  readonly count: number;
  /** When the oldest item began to wait; null when there is none. */
  readonly oldestAtMs: number | null;
}

/** How far each stage of the node's work lags behind. */
export interface Progress {
  /** Sealed blocks of this node that no batch holds yet. */
  readonly batches: Waiting;
  /** Proofs that are not made. */
  readonly proofs: Waiting;
  /** Sealed blocks that L1 has not accepted. */
  readonly acceptances: Waiting;
  /** L1 transactions that are not mined. */
  readonly l1Transactions: Waiting;
  /** Payouts of accepted batches that are neither settled nor left to others. */
  readonly payouts: Waiting;
}

/** Reads how far each stage of the node's work lags behind. */
export async function readProgress(db: Db): Promise<Progress> {
  const { rows } = await sql<Readonly<Record<string, number | null>>>`
    select
      count(*) filter (where origin = 'own' and number > last_batched) as batches,
      min(sealed_at_ms) filter (where origin = 'own' and number > last_batched) as batches_since,
      count(*) as acceptances,
      min(sealed_at_ms) as acceptances_since
    from blocks, (select coalesce(max(last_block), 0) as last_batched from batches) as batched
    where status = 'sealed'
  `.execute(db);
  const sent = await sql<Readonly<Record<string, number | null>>>`
    select count(*) as sent, min(created_at_ms) as sent_since
    from l1_transactions where status in ('prepared', 'sent')
  `.execute(db);
  const owed = await sql<Readonly<Record<string, number | null>>>`
    select count(*) as owed, min(blocks.proven_at_ms) as owed_since
    from payouts join blocks on blocks.number = payouts.block_number
    where payouts.status = 'owed' and payouts.left_gas is null and blocks.status in ('proven', 'final')
  `.execute(db);
  const found = { ...rows[0], ...sent.rows[0], ...owed.rows[0] };
  const waiting = (name: string): Waiting => {
    const since = found[`${name}_since`];
    return { count: Number(found[name] ?? 0), oldestAtMs: since == null ? null : Number(since) };
  };
  return {
    batches: waiting("batches"),
    proofs: await readWaitingProofs(db),
    acceptances: waiting("acceptances"),
    l1Transactions: waiting("sent"),
    payouts: waiting("owed"),
  };
}
