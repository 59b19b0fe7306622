import { CIRCUITS, type Circuit, type Submission } from "@cairn/circuits";
import type { ChainedBlock } from "@cairn/crypto";
import { type Db, findBatch, findWitness, loadChildProofs, type StoredProof } from "@cairn/db";
import { CairnError } from "@cairn/protocol";
import { cellsOf, type LoadedContent, l1OperationsOf, loadBatchContent, toPayout } from "../batches/content.ts";
import type { NodeErrorCode } from "../errors.ts";
import type { ProofTask } from "./proof-task.ts";

/**
 * Reads what a stored proof is made from; null when its blocks were dropped meanwhile, or what it verifies is not made. Throws
 * `node/unknown-proof` for one that this version cannot make.
 */
export async function loadTask(db: Db, proof: StoredProof): Promise<ProofTask | null> {
  const { publicInputs } = proof;
  const circuit = circuitOf(proof);
  switch (circuit) {
    case "solo16":
    case "solo64":
    case "solo256": {
      const [batch, input] = [await loadBatch(db, proof), await findWitness(db, proof.firstBlock)];
      if (batch === null || input === undefined) return null;
      return { type: "solo", circuit, publicInputs, input, submission: batch.submission };
    }
    case "block16":
    case "block64":
    case "block256":
    case "block1024": {
      const input = await findWitness(db, proof.firstBlock);
      return input === undefined ? null : { type: "block", circuit, publicInputs, input };
    }
    case "merge1":
    case "merge2": {
      const children = await loadChildren(db, proof);
      return children && { type: "merge", circuit, publicInputs, children };
    }
    case "pair":
    case "batch": {
      const [batch, children] = [await loadBatch(db, proof), await loadChildren(db, proof)];
      if (batch === null || children === null) return null;
      const { content, submission } = batch;
      const blocks = chainedBlocks(content);
      return {
        type: "batch",
        circuit,
        publicInputs,
        children,
        submission,
        content: { chains: content.chainsBefore, blocks },
      };
    }
  }
}

function circuitOf({ id, circuit: name }: StoredProof): Circuit {
  const circuit = CIRCUITS.find((known) => known === name);
  if (circuit !== undefined) return circuit;
  throw new CairnError<NodeErrorCode>("node/unknown-proof", `proof ${id} needs ${name}, which this version has not`);
}

/** Null unless all of them are made. */
async function loadChildren(db: Db, { id, firstBlock, lastBlock }: StoredProof): Promise<readonly Uint8Array[] | null> {
  const children = await loadChildProofs(db, id);
  const isComplete = children.at(0)?.firstBlock === firstBlock && children.at(-1)?.lastBlock === lastBlock;
  const made = children.flatMap(({ proof }) => proof ?? []);
  return isComplete && made.length === children.length ? made : null;
}

async function loadBatch(
  db: Db,
  { id, firstBlock, lastBlock }: StoredProof,
): Promise<{ readonly content: LoadedContent; readonly submission: Submission } | null> {
  const [batch, content] = [await findBatch(db, firstBlock), await loadBatchContent(db, { firstBlock, lastBlock })];
  const queueHash = content?.blocks.at(-1)?.queueHashAfter;
  if (batch?.proofId !== id || content === null || queueHash === undefined) return null;
  const { submitter, dataSource, dataCommitment } = batch;
  return { content, submission: { submitter, dataSource, dataCommitment, queueHash } };
}

/** The blocks of a batch as chains take them in. */
function chainedBlocks(content: LoadedContent): ChainedBlock[] {
  const operations = l1OperationsOf(content);
  let consumed = 0;
  return content.blocks.map((block): ChainedBlock => {
    const l1Operations = operations.slice(consumed, consumed + block.l1OperationCount);
    consumed += block.l1OperationCount;
    const payouts = content.payouts.filter(({ blockNumber }) => blockNumber === block.number).map(toPayout);
    return { number: BigInt(block.number), cells: cellsOf([block]), l1Operations, payouts };
  });
}
