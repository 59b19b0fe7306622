import { bytesToBigint, CairnError } from "@cairn/protocol";
import { type Selectable, sql } from "kysely";
import type { Db } from "./database.ts";
import type { DbErrorCode } from "./errors.ts";
import type { ProofKind, Tables } from "./schema.ts";
import { bytes, optionalBytes, toJson, word, wordsOf } from "./values.ts";

/** What a proof is about; fixed when it is planned. */
export interface ProofPlan {
  readonly kind: ProofKind;
  /** Name of the circuit that proves it. */
  readonly circuit: string;
  /** The blocks it covers. */
  readonly firstBlock: number;
  readonly lastBlock: number;
  /** What it states, as its verifier gets it: 17 words for a batch, else the 11 of a claim. */
  readonly publicInputs: readonly bigint[];
}

/** How far a proof is: not begun, begun by a prover that has not returned it, or made. */
export type ProofState = "waiting" | "proving" | "made";

/** A proof to be made or made: a node of the tree under a batch. */
export interface StoredProof extends ProofPlan {
  readonly id: number;
  /** The proof that verifies this one; null for a batch's last proof, and until it is planned. */
  readonly parent: number | null;
  readonly state: ProofState;
  /** Null until it is made. */
  readonly proof: Uint8Array | null;
  /** What the prover reported about it: seconds, memory. */
  readonly details: object | null;
  /** How often a prover began it. */
  readonly attempts: number;
  /** How often L1 did not accept what was made. */
  readonly refusals: number;
  /** Who began it last. */
  readonly prover: string | null;
  readonly createdAtMs: number;
  readonly startedAtMs: number | null;
  readonly madeAtMs: number | null;
}

/** Place of the point among the public inputs of a batch. */
const POINT = 12;

/** The proof of an id, undefined if there is none: its blocks may have been dropped. */
export async function findProof(db: Db, id: number): Promise<StoredProof | undefined> {
  const row = await db.selectFrom("proofs").selectAll().where("id", "=", id).executeTakeFirst();
  return row && toProof(row);
}

/** The proofs that a proof verifies, in the order of their blocks. */
export async function loadChildProofs(db: Db, id: number): Promise<StoredProof[]> {
  const rows = await db.selectFrom("proofs").selectAll().where("parent_id", "=", id).orderBy("first_block").execute();
  return rows.map(toProof);
}

/** The proofs whose blocks lie within a range, lower blocks first, then what is verified before what verifies it. */
export async function loadProofs(db: Db, firstBlock: number, lastBlock: number): Promise<StoredProof[]> {
  const rows = await db
    .selectFrom("proofs")
    .selectAll()
    .where("first_block", ">=", firstBlock)
    .where("last_block", "<=", lastBlock)
    .orderBy("first_block")
    .orderBy("last_block")
    .orderBy("id")
    .execute();
  return rows.map(toProof);
}

/** What a prover needs to know to begin a proof, and how often L1 refused it. */
export type ProofToMake = Pick<StoredProof, "id" | "circuit" | "firstBlock" | "refusals">;

/**
 * Proofs that can be made now and are still of use: not made, nor what verifies them, refused fewer than `maxRefusals`
 * times, all that they verify made, their blocks not accepted by L1. Lower blocks first, at most `limit`.
 */
export async function loadProofsToMake(
  db: Db,
  { maxRefusals, limit }: { readonly maxRefusals: number; readonly limit: number },
): Promise<ProofToMake[]> {
  const rows = await db
    .selectFrom("proofs")
    .innerJoin("blocks", "blocks.number", "proofs.last_block")
    .leftJoin("proofs as parents", "parents.id", "proofs.parent_id")
    .select(["proofs.id", "proofs.circuit", "proofs.first_block", "proofs.refusals"])
    .where("parents.proof", "is", null)
    .where("proofs.proof", "is", null)
    .where("proofs.refusals", "<", maxRefusals)
    .where("blocks.status", "=", "sealed")
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("proofs as children")
            .select("children.id")
            .whereRef("children.parent_id", "=", "proofs.id")
            .where("children.proof", "is", null),
        ),
      ),
    )
    .orderBy("proofs.first_block")
    .orderBy("proofs.id")
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    circuit: row.circuit,
    firstBlock: row.first_block,
    refusals: row.refusals,
  }));
}

/** How many proofs that are not made were refused by L1 at least `maxRefusals` times. */
export async function countGivenUpProofs(db: Db, maxRefusals: number): Promise<number> {
  const { count } = await db
    .selectFrom("proofs")
    .innerJoin("blocks", "blocks.number", "proofs.last_block")
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .where("proofs.proof", "is", null)
    .where("proofs.refusals", ">=", maxRefusals)
    .where("blocks.status", "=", "sealed")
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** Notes that a prover begins a proof. */
export async function noteProofBegun(
  db: Db,
  id: number,
  { prover, atMs }: { readonly prover: string; readonly atMs: number },
): Promise<void> {
  await db
    .updateTable("proofs")
    .set(({ eb }) => ({ prover, started_at_ms: atMs, attempts: eb("attempts", "+", 1) }))
    .where("id", "=", id)
    .execute();
}

/** Stores what was made for a proof. Returns false when it is no longer wanted: its blocks were dropped. */
export async function storeProof(
  db: Db,
  id: number,
  made: { readonly proof: Uint8Array; readonly details: object; readonly atMs: number },
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("proofs")
    .set({ proof: made.proof, details: toJson(made.details), made_at_ms: made.atMs })
    .where("id", "=", id)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
}

/** A proof that L1 does not accept, kept as evidence. */
export interface RejectedProof {
  /** Of its batch. */
  readonly firstBlock: number;
  /** Of its batch. */
  readonly point: bigint;
  readonly proof: Uint8Array;
  /** What the prover reported with it. */
  readonly details: object | null;
  readonly rejectedAtMs: number;
}

/**
 * Removes what was made for a batch's last proof, which L1 does not accept, counts it, and keeps it as evidence. When that
 * happens again, all proofs below are removed too: nobody notices a wrong one before L1 does. Throws `db/conflict` for a
 * proof that L1 never sees.
 */
export async function rejectProof(db: Db, id: number, atMs: number): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const found = await findProof(transaction, id);
    if (found === undefined || found.proof === null) return;
    await transaction
      .insertInto("rejected_proofs")
      .values({
        first_block: found.firstBlock,
        point: word(found.publicInputs[POINT] ?? raise(`proof ${id} is not the last one of a batch`)),
        proof: found.proof,
        details: found.details === null ? null : toJson(found.details),
        rejected_at_ms: atMs,
      })
      .execute();
    await transaction
      .updateTable("proofs")
      .set(({ eb }) => ({
        proof: null,
        details: null,
        made_at_ms: null,
        started_at_ms: null,
        refusals: eb("refusals", "+", 1),
      }))
      .where("id", "=", id)
      .execute();
    if (found.refusals === 1) await removeBelow(transaction, id);
  });
}

/** Removes what was made for the proofs below another, which keep their ids. */
async function removeBelow(db: Db, id: number): Promise<void> {
  await sql`
    with recursive below as (
      select id from proofs where parent_id = ${id}
      union all
      select proofs.id from proofs join below on proofs.parent_id = below.id
    )
    update proofs set proof = null, details = null, made_at_ms = null, started_at_ms = null
    where id in (select id from below)
  `.execute(db);
}

/** Removes the proofs of blocks and merges of blocks up to this one: they are final, and L1 never saw these proofs. */
export async function pruneInnerProofs(db: Db, last: number): Promise<void> {
  await db.deleteFrom("proofs").where("kind", "!=", "batch").where("last_block", "<=", last).execute();
}

/** The newest rejected proofs, at most `limit`. */
export async function listRejectedProofs(db: Db, limit: number): Promise<RejectedProof[]> {
  const rows = await db.selectFrom("rejected_proofs").selectAll().orderBy("id", "desc").limit(limit).execute();
  return rows.map((row) => ({
    firstBlock: row.first_block,
    point: bytesToBigint(row.point),
    proof: bytes(row.proof),
    details: row.details,
    rejectedAtMs: row.rejected_at_ms,
  }));
}

/** Resets the count of refusals of every proof, so that those given up are made again. */
export async function resetRefusals(db: Db): Promise<void> {
  await db.updateTable("proofs").set({ refusals: 0 }).where("refusals", ">", 0).execute();
}

/** How many proofs wait to be made, and since when the oldest of them; null when none does. */
export async function readWaitingProofs(
  db: Db,
): Promise<{ readonly count: number; readonly oldestAtMs: number | null }> {
  const { rows } = await sql<{ readonly count: number; readonly since: number | null }>`
    select count(*) as count, min(proofs.created_at_ms) as since
    from proofs join blocks on blocks.number = proofs.last_block
    where proofs.proof is null and blocks.status = 'sealed'
  `.execute(db);
  const since = rows[0]?.since;
  return { count: Number(rows[0]?.count ?? 0), oldestAtMs: since == null ? null : Number(since) };
}

/** A row as a proof; within this package. */
export function toProof(row: Selectable<Tables["proofs"]>): StoredProof {
  const { proof, started_at_ms: startedAtMs } = row;
  return {
    id: row.id,
    kind: row.kind,
    circuit: row.circuit,
    firstBlock: row.first_block,
    lastBlock: row.last_block,
    parent: row.parent_id,
    publicInputs: wordsOf(row.public_inputs),
    state: proofState(row),
    proof: optionalBytes(proof),
    details: row.details,
    attempts: row.attempts,
    refusals: row.refusals,
    prover: row.prover,
    createdAtMs: row.created_at_ms,
    startedAtMs,
    madeAtMs: row.made_at_ms,
  };
}

/** How far a proof is, by its times; within this package. */
export function proofState(row: Pick<Selectable<Tables["proofs"]>, "started_at_ms" | "made_at_ms">): ProofState {
  if (row.made_at_ms !== null) return "made";
  return row.started_at_ms === null ? "waiting" : "proving";
}

function raise(reason: string): never {
  throw new CairnError<DbErrorCode>("db/conflict", reason);
}
