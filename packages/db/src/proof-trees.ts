import { CairnError } from "@cairn/protocol";
import { sql } from "kysely";
import type { Db } from "./database.ts";
import type { DbErrorCode } from "./errors.ts";
import { type ProofPlan, type StoredProof, toProof } from "./proofs.ts";
import { numberColumn, words } from "./values.ts";

/** A proof and those that it verifies, in the order of their blocks; without any it is made from a block's witness. */
export interface ProofTree extends ProofPlan {
  readonly children: readonly ProofTree[];
}

/**
 * Stores the proofs of a tree whose blocks no batch holds, and returns the id of the last one. Proofs that are there already
 * are taken over, with all that was made; those about the same blocks that the tree does without are removed. Throws
 * `db/conflict` unless children tile the blocks of their parents, and when a proof is there with other public inputs.
 */
export async function insertProofTree(db: Db, tree: ProofTree, createdAtMs: number): Promise<number> {
  assertTiled(tree);
  const known = await loadOverlapping(db, tree);
  const wanted = wantedProofs(tree, known);
  const useless = [...known].flatMap(([key, { id }]) => (wanted.has(key) ? [] : id));
  if (useless.length > 0) await db.deleteFrom("proofs").where("id", "in", useless).execute();
  const ids = await insertMissing(db, tree, { known, wanted, createdAtMs });
  return ids.get(keyOf(tree)) ?? raise("the last proof of a batch is not stored");
}

/**
 * Stores proofs that a later batch will need, and removes none: like {@link insertProofTree} for each tree, except that what
 * is there is left as it is if it has the place of one of them.
 */
export async function insertProofsAhead(db: Db, trees: readonly ProofTree[], createdAtMs: number): Promise<void> {
  for (const tree of trees) {
    assertTiled(tree);
    const known = await loadOverlapping(db, tree);
    await insertMissing(db, tree, { known, wanted: wantedProofs(tree, known), createdAtMs });
  }
}

function assertTiled({ kind, firstBlock, lastBlock, children }: ProofTree): void {
  let next = firstBlock;
  for (const child of children) {
    if (child.kind === "batch" || child.firstBlock !== next) break;
    assertTiled(child);
    next = child.lastBlock + 1;
  }
  if (children.length === 0 ? firstBlock === lastBlock : next === lastBlock + 1) return;
  raise(`the proofs below that of ${kind} ${firstBlock} to ${lastBlock} do not cover its blocks`);
}

/** Proofs that are about a block of a range, by their keys; no batch holds one of these blocks, so none holds them. */
async function loadOverlapping(
  db: Db,
  { firstBlock, lastBlock }: Pick<ProofPlan, "firstBlock" | "lastBlock">,
): Promise<ReadonlyMap<string, StoredProof>> {
  const rows = await db
    .selectFrom("proofs")
    .selectAll()
    .where("first_block", "<=", lastBlock)
    .where("last_block", ">=", firstBlock)
    .execute();
  return new Map(rows.map(toProof).map((proof) => [keyOf(proof), proof]));
}

/** The proofs of a tree by their keys, without those below one that is made. */
function wantedProofs(tree: ProofTree, known: ReadonlyMap<string, StoredProof>): Map<string, ProofPlan> {
  const key = keyOf(tree);
  const there = known.get(key);
  if (there !== undefined && there.publicInputs.join() !== tree.publicInputs.join()) {
    raise(`proof ${there.id} of ${key} states something else`);
  }
  const below = tree.children.flatMap((child) => [...wantedProofs(child, known)]);
  const isMade = there?.state === "made";
  return new Map([[key, tree], ...(isMade ? below.filter(([child]) => known.has(child)) : below)]);
}

/** Stores what is wanted and not there, ties children to their parents, and returns the ids by keys. */
async function insertMissing(
  db: Db,
  tree: ProofTree,
  {
    known,
    wanted,
    createdAtMs,
  }: {
    readonly known: ReadonlyMap<string, StoredProof>;
    readonly wanted: ReadonlyMap<string, ProofPlan>;
    readonly createdAtMs: number;
  },
): Promise<ReadonlyMap<string, number>> {
  const ids = new Map([...known].map(([key, { id }]) => [key, id]));
  const missing = [...wanted].flatMap(([key, plan]) => (known.has(key) ? [] : plan));
  if (missing.length > 0) {
    const rows = await db
      .insertInto("proofs")
      .values(
        missing.map(({ kind, circuit, firstBlock, lastBlock, publicInputs }) => ({
          kind,
          circuit,
          first_block: firstBlock,
          last_block: lastBlock,
          public_inputs: words(publicInputs),
          created_at_ms: createdAtMs,
        })),
      )
      .onConflict((conflict) => conflict.columns(["kind", "first_block", "last_block"]).doNothing())
      .returningAll()
      .execute();
    for (const row of rows) ids.set(keyOf(toProof(row)), row.id);
  }
  await tieChildren(db, tree, ids);
  return ids;
}

/** Sets the parents of all proofs of a tree that are stored. */
async function tieChildren(db: Db, tree: ProofTree, ids: ReadonlyMap<string, number>): Promise<void> {
  const ties = tiesOf(tree, ids);
  if (ties.length === 0) return;
  await sql`
    update proofs set parent_id = ties.parent
    from unnest(${numberColumn(ties.map(({ child }) => child))}, ${numberColumn(ties.map(({ parent }) => parent))})
      as ties (child, parent)
    where proofs.id = ties.child
  `.execute(db);
}

function tiesOf(
  tree: ProofTree,
  ids: ReadonlyMap<string, number>,
): { readonly child: number; readonly parent: number }[] {
  const parent = ids.get(keyOf(tree));
  return tree.children.flatMap((child) => {
    const id = ids.get(keyOf(child));
    const own = id === undefined || parent === undefined ? [] : [{ child: id, parent }];
    return [...own, ...tiesOf(child, ids)];
  });
}

function keyOf({ circuit, firstBlock, lastBlock }: Omit<ProofPlan, "publicInputs">): string {
  return `${circuit} ${firstBlock} to ${lastBlock}`;
}

function raise(reason: string): never {
  throw new CairnError<DbErrorCode>("db/conflict", reason);
}
