import type { ClosedBatch, ProofTree, StoredBlock } from "@cairn/db";
import { CairnError, claimInputs, type Domain, type SoloSize } from "@cairn/protocol";
import type { NodeErrorCode } from "../errors.ts";
import { type BatchContent, calldataOf, claimOf, statementOf } from "./content.ts";
import { batchPlan, earlyPlans, type PlannedProof, proofTree } from "./plan.ts";

/** A batch as it is stored when it is closed, and the tree of proofs that it needs. */
export interface Closing {
  readonly batch: ClosedBatch;
  readonly tree: ProofTree;
}

/** Where the cells of a batch go, and what commits to them there. */
export type DataPlace = Pick<ClosedBatch, "dataSource" | "dataCommitment">;

/** Puts the cells into the calldata. Throws as `calldataOf`. */
export function inCalldata({ blocks }: Pick<BatchContent, "blocks">): DataPlace {
  return { dataSource: "calldata", dataCommitment: calldataOf(blocks).commitment };
}

/**
 * The batch of these blocks, with its cells at `place`. Throws `node/unavailable` when the stored L1 queue has changed under
 * them, `node/bad-batch`, and as `statementOf`.
 */
export function closingOf(
  content: BatchContent,
  how: { readonly domain: Domain; readonly submitter: bigint; readonly place: DataPlace; readonly closedAtMs: number },
): Closing {
  const { blocks } = content;
  const { domain, submitter, place, closedAtMs } = how;
  const plan = batchPlan(firstOf(blocks).number, blocks.map(sizeOf));
  const { circuit, firstBlock, lastBlock } = plan;
  const { point, publicInputs } = statementOf(content, domain, { submitter, ...place });
  const inputsOf = (proof: PlannedProof) => (proof === plan ? publicInputs : claimInputsOf(content, domain, proof));
  return {
    batch: { firstBlock, lastBlock, circuit, ...place, submitter, point, closedAtMs },
    tree: proofTree(plan, inputsOf),
  };
}

/** The proofs that a batch of these blocks and later ones will need in any case. */
export function proofsAhead(content: Pick<BatchContent, "blocks" | "chainsBefore">, domain: Domain): ProofTree[] {
  const { blocks } = content;
  return earlyPlans(firstOf(blocks).number, blocks.map(sizeOf)).map((plan) =>
    proofTree(plan, (proof) => claimInputsOf(content, domain, proof)),
  );
}

/** What a proof of some of the blocks states: their claim. */
function claimInputsOf(
  { blocks, chainsBefore }: Pick<BatchContent, "blocks" | "chainsBefore">,
  domain: Domain,
  { firstBlock, lastBlock }: PlannedProof,
): bigint[] {
  const start = firstBlock - firstOf(blocks).number;
  const before = start === 0 ? chainsBefore : blocks[start - 1]?.seal?.chains;
  if (before === undefined) throw badBatch(`block ${firstBlock - 1} is not sealed`);
  const own = blocks.slice(start, start + lastBlock - firstBlock + 1);
  return claimInputs(claimOf({ blocks: own, chainsBefore: before }, domain));
}

function firstOf(blocks: readonly StoredBlock[]): StoredBlock {
  const [first] = blocks;
  if (first === undefined) throw badBatch("a batch has no blocks");
  return first;
}

/** Nodes seal no blocks of 1,024 slots: none could be a batch of its own. */
function sizeOf({ number, slotCount }: StoredBlock): SoloSize {
  if (slotCount !== 1024) return slotCount;
  throw badBatch(`block ${number} has ${slotCount} slots, more than nodes prove`);
}

function badBatch(reason: string): CairnError<NodeErrorCode> {
  return new CairnError("node/bad-batch", reason);
}
