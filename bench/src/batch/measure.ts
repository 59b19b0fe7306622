import { cellsToBlob, createBlobKzg, encodeOpening, versionedHash } from "@cairn/blobs";
import {
  type BatchContent,
  batchBinding,
  blockCircuit,
  type ClaimProof,
  loadCircuit,
  type ProvingCircuit,
  proveBatch,
  proveBlockClaim,
} from "@cairn/circuits";
import { type ProvenBatch2, rollup2Abi, submitBatch2Arguments } from "@cairn/contracts";
import type { ChainedBlock } from "@cairn/crypto";
import { chainedBlock, headerOfClaim, sendBatch2, startDevRollup2 } from "@cairn/devnet";
import {
  type AccountIndex,
  addressToBigint,
  CairnError,
  calldataCommitment,
  cellsToBytes,
  joinClaims,
  type SignedTransaction,
} from "@cairn/protocol";
import { encodeFunctionData, size, type TransactionReceipt } from "viem";
import type { BenchErrorCode } from "../errors.ts";
import { createFastCrypto } from "../workload/crypto.ts";
import { createBlockChain } from "./block-chain.ts";
import type { BatchFigures, MeasuredBatch } from "./figures.ts";
import { FUNDING_SLOTS, type FundingDeps, openAccounts } from "./funding.ts";
import type { BatchBenchOptions } from "./options.ts";
import { emptyTally, largest, loadMerges, type MergeCircuits, proveNodes, type Tally, tallied } from "./proving.ts";
import { restoreFromL1 } from "./restore.ts";
import { signTransfers } from "./transfers.ts";
import { type ProofTree, planTree } from "./tree.ts";

/** Called with a sentence after each step. */
export type Say = (message: string) => void;

/** Everything that the steps of a run share. */
interface Run extends FundingDeps {
  readonly options: BatchBenchOptions;
  readonly tree: ProofTree;
  readonly circuits: {
    readonly block: ProvingCircuit<ReturnType<typeof blockCircuit>>;
    readonly merges: MergeCircuits;
  };
  readonly tallies: { readonly blocks: Tally; readonly merges: Tally; readonly batch: Tally };
  readonly say: Say;
}

/** The blocks of the batch, and the proof of each. */
interface ProvenBlocks {
  readonly content: BatchContent;
  readonly proofs: readonly ClaimProof[];
}

/** The batch as it was sent, and the receipt. */
interface Submitted {
  readonly batch: ProvenBatch2;
  readonly receipt: TransactionReceipt;
}

/**
 * Proves a batch of transfers block by block, sends it to a rollup on its own development L1 and rebuilds the state from
 * there. Throws `bench/not-accepted`, `bench/not-restored`, and as devnet, prover and L1 do.
 *
 * @example const { batch } = await measureBatch({ transfers: 1024, slots: 256, da: "blob", cacheDir }, console.error);
 */
export async function measureBatch(options: BatchBenchOptions, say: Say): Promise<MeasuredBatch> {
  const { transfers, slots, cacheDir } = options;
  const tree = planTree(Math.ceil(transfers / slots));
  const crypto = await createFastCrypto();
  const kzg = createBlobKzg();
  say("circuits, keys, verifiers and contracts: from the cache or built");
  const block = await loadCircuit({ name: blockCircuit(slots), cacheDir, srs: "dev" });
  const circuits = { block, merges: await loadMerges(tree, cacheDir) };
  const devnet = await startDevRollup2({ cacheDir, sizes: [FUNDING_SLOTS], batching: [tree.circuit] });
  try {
    const chain = createBlockChain(devnet, crypto);
    const tallies = { blocks: emptyTally(), merges: emptyTally(), batch: emptyTally() };
    const run: Run = { options, tree, circuits, tallies, say, devnet, chain, kzg, crypto };
    const accounts = await openAccounts(run);
    say(`rollup deployed, ${accounts.length} accounts opened by deposits in batches of their own`);
    const { timestamp } = await devnet.reader.getBlock();
    const context = { domain: devnet.domain, timestamp: Number(timestamp), crypto };
    const signed = signTransfers(transfers, accounts, context);
    say(`${transfers} transfers signed`);
    const startMs = performance.now();
    const feeAccounts = accounts.slice(0, 1).map(({ index }) => index);
    const submitted = await submit(run, await proveBlocks(run, signed, feeAccounts));
    const total = (performance.now() - startMs) / 1000;
    await restoreFromL1(devnet, kzg, crypto.compress);
    say("the state rebuilt from L1 alone has the contract's root");
    return { batch: figuresOf(run, submitted, total), coreSeconds: coreSecondsOf(run) };
  } finally {
    await devnet.stop();
  }
}

async function proveBlocks(
  { options, tree, circuits, chain, tallies, say }: Run,
  signed: readonly SignedTransaction[],
  feeAccounts: readonly AccountIndex[],
): Promise<ProvenBlocks> {
  const { slots } = options;
  const chains = chain.chains();
  const [blocks, proofs]: [ChainedBlock[], ClaimProof[]] = [[], []];
  for (let first = 0; first < signed.length; first += slots) {
    const sealed = await chain.seal({ slots, transactions: signed.slice(first, first + slots), feeAccounts });
    const proof = await tallied(tallies.blocks, circuits.block, () => proveBlockClaim(circuits.block, sealed));
    blocks.push(chainedBlock(sealed));
    proofs.push(proof);
    const seconds = `witness ${proof.witnessSeconds.toFixed(1)} s, proof ${proof.proveSeconds.toFixed(1)} s`;
    say(`block ${blocks.length} of ${Math.ceil(signed.length / slots)} proven: ${seconds}`);
  }
  const onMerge = (circuit: string): void => say(`${circuit} proven`);
  const deps = { circuits: circuits.merges, tally: tallies.merges, onMerge };
  return { content: { chains, blocks }, proofs: await proveNodes(tree.children, proofs, deps) };
}

async function submit(run: Run, { content, proofs }: ProvenBlocks): Promise<Submitted> {
  const { options, tree, devnet, chain, kzg, crypto, tallies, say } = run;
  const cells = content.blocks.flatMap((block) => block.cells);
  const bytes = cellsToBytes(cells);
  const blob = options.da === "blob" ? cellsToBlob(cells) : null;
  const submission = {
    submitter: addressToBigint(devnet.wallet(0).account.address),
    dataSource: options.da,
    dataCommitment: blob === null ? calldataCommitment(bytes) : versionedHash(kzg.commit(blob)),
    queueHash: chain.queueHash(),
  };
  const claim = joinClaims(proofs.map((proof) => proof.claim));
  const binding = batchBinding(claim, content, submission, crypto.compress);
  const circuit = devnet.batchCircuits.get(tree.circuit);
  if (circuit === undefined) throw new TypeError(`no circuit ${tree.circuit}`);
  const { proof } = await tallied(tallies.batch, circuit, () =>
    proveBatch(circuit, { children: proofs, content, binding }),
  );
  say(`${tree.circuit} proven`);
  const batch: ProvenBatch2 = {
    header: headerOfClaim(claim, binding, { circuit: circuit.name, dataSource: options.da }),
    l1Operations: [],
    payouts: [],
    data: blob === null ? bytes : encodeOpening(kzg.open(blob, binding.point)),
    proof,
  };
  const receipt = await sendBatch2(devnet, kzg, { batch, blob });
  if (receipt.status !== "success") throw new CairnError<BenchErrorCode>("bench/not-accepted", "L1 refused the batch");
  say(`accepted by L1 for ${receipt.gasUsed} gas`);
  return { batch, receipt };
}

function figuresOf({ options, tallies }: Run, { batch, receipt }: Submitted, total: number): BatchFigures {
  const { transfers, slots, da } = options;
  const { blocks, merges, batch: last } = tallies;
  const args = submitBatch2Arguments(batch);
  const gasUsed = Number(receipt.gasUsed);
  return {
    transfers,
    blocks: Math.ceil(transfers / slots),
    slots,
    da,
    gates: {
      block: blocks.proofGates,
      merge: merges.proofGates,
      batch: last.proofGates,
      perTransfer: (blocks.gates + merges.gates + last.gates) / transfers,
    },
    seconds: {
      blocks: milliseconds(blocks.seconds),
      merges: milliseconds(merges.seconds),
      batch: milliseconds(last.seconds),
      total: milliseconds(total),
    },
    peakBytes: [blocks, merges, last].map(({ peakBytes }) => peakBytes).reduce(largest),
    l1: {
      gasUsed,
      blobGas: Number(receipt.blobGasUsed ?? 0n),
      calldataBytes: size(encodeFunctionData({ abi: rollup2Abi, functionName: "submitBatch", args })),
      perTransfer: gasUsed / transfers,
    },
    restored: true,
  };
}

function coreSecondsOf({ tallies }: Run): MeasuredBatch["coreSeconds"] {
  const { blocks, merges, batch } = tallies;
  if (blocks.coreSeconds === null || merges.coreSeconds === null || batch.coreSeconds === null) return null;
  return {
    blocks: milliseconds(blocks.coreSeconds),
    merges: milliseconds(merges.coreSeconds),
    batch: milliseconds(batch.coreSeconds),
  };
}

/** Seconds without more digits than were measured. */
function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
