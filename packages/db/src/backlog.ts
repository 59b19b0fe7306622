import { sql } from "kysely";
import { BATCH_OF_BLOCK } from "./batches.ts";
import type { Db } from "./database.ts";

/** The work between sealed blocks and L1, in blocks: a batch counts as many times as it has blocks. */
export interface Backlog {
  /** Sealed blocks of this node whose batch is not ready, or that have none yet. */
  readonly withoutProof: number;
  /** Those of them that something has to be done about: a proof of them is missing, or they have been due for a batch. */
  readonly inWork: number;
  /** Those whose batch is ready; L1 has not accepted it. */
  readonly ready: number;
  /** The last sealed block and the last that L1 has accepted, 0 before the first. */
  readonly lastSealed: number;
  readonly lastProven: number;
  /** Blocks of this node after `after` that L1 has accepted. */
  readonly acceptedOwn: number;
}

/**
 * Counts what waits; `after` is the last accepted block known before, null to count no acceptances. Blocks without a batch
 * that were sealed at `dueMs` or earlier are due for one.
 */
export async function readBacklog(db: Db, after: number | null, dueMs: number): Promise<Backlog> {
  const { rows } = await sql<Readonly<Record<keyof Backlog, number | string>>>`
    select
      count(*) filter (where proofs.proof is null) as "withoutProof",
      count(*) filter (where batch.first_block is null and blocks.sealed_at_ms <= ${dueMs} or exists (
        select from proofs as missing
        where missing.proof is null and blocks.number between missing.first_block and missing.last_block
      )) as "inWork",
      count(*) filter (where proofs.proof is not null) as ready,
      (select coalesce(max(number), 0) from blocks where status <> 'open') as "lastSealed",
      (select coalesce(max(number), 0) from blocks where status in ('proven', 'final')) as "lastProven",
      (select count(*) from blocks
        where number > ${after ?? Number.MAX_SAFE_INTEGER}::bigint and status in ('proven', 'final') and origin = 'own'
      ) as "acceptedOwn"
    from blocks ${BATCH_OF_BLOCK} left join proofs on proofs.id = batch.proof_id
    where blocks.status = 'sealed' and blocks.origin = 'own'
  `.execute(db);
  const count = (name: keyof Backlog): number => Number(rows[0]?.[name] ?? 0);
  return {
    withoutProof: count("withoutProof"),
    inWork: count("inWork"),
    ready: count("ready"),
    lastSealed: count("lastSealed"),
    lastProven: count("lastProven"),
    acceptedOwn: count("acceptedOwn"),
  };
}

/**
 * The maximum of (seconds to wait for a proof) − (timestamp) over the blocks waiting for L1, if each block without a
 * proof takes `secondsPerBlock`; a block waits until all of its batch is proven. Added to L1's time, it is the greatest
 * age at which one of them will be accepted. Null if none waits.
 */
export async function findTightest(db: Db, secondsPerBlock: number): Promise<number | null> {
  const { rows } = await sql<{ readonly tightest: number | string | null }>`
    select max(rank * ${secondsPerBlock}::float8 - timestamp) as tightest
    from (
      select timestamp, max(ahead) over (partition by coalesce(batch, number)) as rank
      from (
        select blocks.number, blocks.timestamp, batch.first_block as batch,
          count(*) filter (where proofs.proof is null) over (order by blocks.number) as ahead
        from blocks ${BATCH_OF_BLOCK} left join proofs on proofs.id = batch.proof_id
        where blocks.status = 'sealed'
      ) as counted
    ) as waiting
  `.execute(db);
  const tightest = rows[0]?.tightest;
  return tightest == null ? null : Number(tightest);
}
