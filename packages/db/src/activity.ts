import { sql } from "kysely";
import type { Db } from "./database.ts";
import { proofState, type StoredProof } from "./proofs.ts";

/** What blocks hold together. */
export interface BlockTotals {
  readonly blocks: number;
  /** L2 transactions. */
  readonly transactions: number;
  readonly l1Operations: number;
}

/** What the sealed blocks from one number to another hold together. */
export async function sumBlocks(db: Db, firstBlock: number, lastBlock: number): Promise<BlockTotals> {
  return totals(sql`number between ${firstBlock} and ${lastBlock}`, db);
}

/** What the sealed blocks since a time hold together; seconds, as in the blocks. */
export async function sumBlocksSince(db: Db, timestamp: number): Promise<BlockTotals> {
  return totals(sql`timestamp >= ${timestamp}`, db);
}

async function totals(condition: ReturnType<typeof sql>, db: Db): Promise<BlockTotals> {
  const { rows } = await sql<Readonly<Record<keyof BlockTotals, string>>>`
    select
      count(*) as blocks,
      coalesce(sum(transaction_count), 0) as transactions,
      coalesce(sum(l1_operation_count), 0) as "l1Operations"
    from blocks where status <> 'open' and ${condition}
  `.execute(db);
  const [row] = rows;
  return {
    blocks: Number(row?.blocks ?? 0),
    transactions: Number(row?.transactions ?? 0),
    l1Operations: Number(row?.l1Operations ?? 0),
  };
}

/** A prover by the proofs that the node still keeps. */
export interface ProverActivity {
  /** As the prover names itself: its machine and process. */
  readonly name: string;
  /** Begun, and not returned. */
  readonly working: readonly {
    readonly circuit: string;
    readonly firstBlock: number;
    readonly lastBlock: number;
    readonly startedAtMs: number;
  }[];
  /** Returned, by circuit. */
  readonly made: readonly { readonly circuit: string; readonly proofs: number; readonly meanMs: number }[];
  readonly lastMadeAtMs: number | null;
}

/** The provers that began at least one of the proofs that the node keeps, which are those of blocks that L1 may yet drop. */
export async function listProvers(db: Db): Promise<ProverActivity[]> {
  const rows = await db
    .selectFrom("proofs")
    .select(["prover", "circuit", "first_block", "last_block", "started_at_ms", "made_at_ms"])
    .where("prover", "is not", null)
    .where("started_at_ms", "is not", null)
    .orderBy("first_block")
    .execute();
  const byProver = Map.groupBy(rows, ({ prover }) => prover ?? "");
  return [...byProver]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, proofs]) => {
      const made = proofs.filter(({ made_at_ms: at }) => at !== null);
      const byCircuit = Map.groupBy(made, ({ circuit }) => circuit);
      const durations = (some: typeof made): number =>
        some.reduce((sum, { started_at_ms: from, made_at_ms: to }) => sum + Number(to) - Number(from), 0);
      return {
        name,
        working: proofs
          .filter(({ made_at_ms: at }) => at === null)
          .map((proof) => ({
            circuit: proof.circuit,
            firstBlock: Number(proof.first_block),
            lastBlock: Number(proof.last_block),
            startedAtMs: Number(proof.started_at_ms),
          })),
        made: [...byCircuit]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([circuit, some]) => ({ circuit, proofs: some.length, meanMs: durations(some) / some.length })),
        lastMadeAtMs: made.length === 0 ? null : Math.max(...made.map(({ made_at_ms: at }) => Number(at))),
      };
    });
}

/** A proof without its bytes and without what it states. */
export type ProofNode = Pick<
  StoredProof,
  "id" | "parent" | "circuit" | "firstBlock" | "lastBlock" | "state" | "prover" | "startedAtMs" | "madeAtMs"
>;

/** The proofs that are about blocks of a range and no others; those about fewer blocks first, then by blocks. */
export async function listProofNodes(db: Db, firstBlock: number, lastBlock: number): Promise<ProofNode[]> {
  const rows = await db
    .selectFrom("proofs")
    .select(["id", "parent_id", "circuit", "first_block", "last_block", "prover", "started_at_ms", "made_at_ms"])
    .where("first_block", ">=", firstBlock)
    .where("last_block", "<=", lastBlock)
    .orderBy(sql`last_block - first_block`)
    .orderBy("first_block")
    .orderBy("id")
    .execute();
  return rows.map((row) => ({
    id: row.id,
    parent: row.parent_id,
    circuit: row.circuit,
    firstBlock: row.first_block,
    lastBlock: row.last_block,
    state: proofState(row),
    prover: row.prover,
    startedAtMs: row.started_at_ms,
    madeAtMs: row.made_at_ms,
  }));
}

/** Proofs that nobody has begun, by circuit. */
export async function countWaitingProofs(db: Db): Promise<ReadonlyMap<string, number>> {
  const rows = await db
    .selectFrom("proofs")
    .select(({ fn }) => ["circuit", fn.countAll<string>().as("count")])
    .where("proof", "is", null)
    .where("started_at_ms", "is", null)
    .groupBy("circuit")
    .orderBy("circuit")
    .execute();
  return new Map(rows.map(({ circuit, count }) => [circuit, Number(count)]));
}
