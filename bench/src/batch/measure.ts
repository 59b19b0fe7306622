import { cellsToBlob, createBlobKzg } from "@cairn/blobs";
import { type BlobSidecar, encodeOpening } from "@cairn/blobs/format";
import { loadSidecarMaker } from "@cairn/blobs/native";
import { type BatchContent, batchBinding, type ClaimProof, proveBatch, proveBlockClaim } from "@cairn/circuits";
import type { ProvenBatch } from "@cairn/contracts";
import type { ChainedBlock } from "@cairn/crypto";
import { chainedBlock, startDevRollup } from "@cairn/devnet";
import { connectReader, rollupDomain, type SubmittedBlobBatch, submitBatch, submitBlobBatch } from "@cairn/l1";
import {
  type AccountIndex,
  addressToBigint,
  calldataCommitment,
  cellsToBytes,
  headerOfClaim,
  joinClaims,
  type SignedTransaction,
} from "@cairn/protocol";
import type { TestCrypto } from "@cairn/testkit";
import type { BlockBuilder } from "@cairn/vm";
import { createBlockChain } from "../workload/block-chain.ts";
import { notIncluded } from "../workload/content.ts";
import { createFastCrypto } from "../workload/crypto.ts";
import { type BatchCircuits, prepareCircuits } from "./circuits.ts";
import type { BatchFigures, MeasuredBatch } from "./figures.ts";
import { FUNDING_SLOTS, type FundingDeps, openAccounts } from "./funding.ts";
import type { BatchBenchOptions } from "./options.ts";
import { emptyTally, largest, proveNodes, type Tally, tallied } from "./proving.ts";
import { restoreFromL1 } from "./restore.ts";
import { signTransfers } from "./transfers.ts";
import { type ProofTree, planTree } from "./tree.ts";

/** Far above what a development L1 asks for; wei per gas. */
const FEE_CAPS = { gas: 10n ** 12n, blobGas: 10n ** 12n };

const BLOB_TIMEOUT_MS = 300_000;

/** Called with a sentence after each step. */
export type Say = (message: string) => void;

/** Everything that the steps of a run share. */
interface Run extends FundingDeps {
  readonly options: BatchBenchOptions;
  readonly tree: ProofTree;
  readonly circuits: BatchCircuits;
  readonly crypto: TestCrypto;
  readonly tallies: { readonly blocks: Tally; readonly merges: Tally; readonly batch: Tally };
  readonly say: Say;
}

/** The blocks of the batch, and the proof of each. */
interface ProvenBlocks {
  readonly content: BatchContent;
  readonly proofs: readonly ClaimProof[];
}

/**
 * Proves a batch of transfers block by block, sends it to a rollup on its own development L1 and rebuilds the state from
 * there. Throws `bench/not-restored`, and as devnet, prover and L1 do.
 *
 * @example const { batch } = await measureBatch({ transfers: 1024, slots: 256, da: "blob", cacheDir }, console.error);
 */
export async function measureBatch(options: BatchBenchOptions, say: Say): Promise<MeasuredBatch> {
  const { transfers, slots, cacheDir } = options;
  const tree = planTree(Math.ceil(transfers / slots));
  const crypto = await createFastCrypto();
  say("circuits, keys, verifiers and contracts: from the cache or built");
  const circuits = await prepareCircuits(tree, slots, cacheDir);
  const { verifiers, funding: fundingCircuit } = circuits;
  const devnet = await startDevRollup({
    cacheDir,
    sizes: [FUNDING_SLOTS],
    isBatching: [tree.circuit],
    verifierOf: (circuit) => verifiers.get(circuit) ?? raise(`no verifier of ${circuit}`),
  });
  try {
    const chain = createBlockChain(devnet, crypto);
    const tallies = { blocks: emptyTally(), merges: emptyTally(), batch: emptyTally() };
    const run: Run = { options, tree, circuits, tallies, say, devnet, chain, crypto, fundingCircuit };
    const accounts = await openAccounts(run);
    say(`rollup deployed, ${accounts.length} accounts opened by deposits in batches of their own`);
    const { timestamp } = await devnet.rollup.reader.getBlock();
    const context = { domain: rollupDomain(devnet.rollup), timestamp: Number(timestamp), crypto };
    const signed = signTransfers(transfers, accounts, context);
    say(`${transfers} transfers signed`);
    const startMs = performance.now();
    const feeAccounts = accounts.slice(0, 1).map(({ index }) => index);
    const submitted = await submit(run, await proveBlocks(run, signed, feeAccounts));
    const total = (performance.now() - startMs) / 1000;
    await restoreFromL1(devnet, createBlobKzg(), crypto.compress);
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
    const { builder } = await chain.open({ slots, feeAccounts });
    addTransactions(builder, signed.slice(first, first + slots));
    const sealed = chain.seal(builder);
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

async function submit(run: Run, { content, proofs }: ProvenBlocks): Promise<SubmittedBlobBatch> {
  const { options, circuits, devnet, chain, crypto, tallies, say } = run;
  const sidecars = await loadSidecarMaker();
  const cells = content.blocks.flatMap((block) => block.cells);
  const bytes = cellsToBytes(cells);
  const sidecar = options.da === "blob" ? sidecars.make(cellsToBlob(cells)) : null;
  const operator = devnet.wallet(0);
  const submission = {
    submitter: addressToBigint(operator.account.address),
    dataSource: options.da,
    dataCommitment: sidecar === null ? calldataCommitment(bytes) : sidecar.versionedHash,
    queueHash: chain.queueHash(),
  };
  const claim = joinClaims(proofs.map((proof) => proof.claim));
  const binding = batchBinding(claim, content, submission, crypto.compress);
  const { proof } = await tallied(tallies.batch, circuits.last, () =>
    proveBatch(circuits.last, { children: proofs, content, binding }),
  );
  say(`${circuits.last.name} proven`);
  const batch: ProvenBatch = {
    header: headerOfClaim(claim, {
      circuit: circuits.last.name,
      dataSource: options.da,
      blocksRoot: binding.blocksRoot,
    }),
    l1Operations: [],
    payouts: [],
    data: sidecar === null ? bytes : encodeOpening(sidecars.open(sidecar.blob, binding.point)),
    proof,
  };
  const submitted = await send(run, batch, sidecar);
  say(`accepted by L1 for ${submitted.gasUsed} gas`);
  return submitted;
}

async function send({ devnet }: Run, batch: ProvenBatch, sidecar: BlobSidecar | null): Promise<SubmittedBlobBatch> {
  const { address, reader } = devnet.rollup;
  const operator = devnet.wallet(0);
  if (sidecar === null) return { ...(await submitBatch(devnet.rollup, operator, batch)), blobGas: 0n };
  // The L1 node checks a blob's 128 cell proofs before it answers, for longer than usual requests take.
  const patient = connectReader(devnet.rpcUrl, reader.chain.id, { timeoutMs: BLOB_TIMEOUT_MS });
  return submitBlobBatch({ address, reader: patient }, operator, batch, sidecar, FEE_CAPS);
}

function figuresOf({ options, tallies }: Run, submitted: SubmittedBlobBatch, total: number): BatchFigures {
  const { transfers, slots, da } = options;
  const { blocks, merges, batch: last } = tallies;
  const gasUsed = Number(submitted.gasUsed);
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
      blobGas: Number(submitted.blobGas),
      calldataBytes: submitted.calldataBytes,
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

function addTransactions(builder: BlockBuilder, transactions: readonly SignedTransaction[]): void {
  for (const signed of transactions) {
    const result = builder.addGroup([signed]);
    if (result.type === "rejected") throw notIncluded(signed.transaction.type, result.reason.type);
    if (result.type === "deferred") throw notIncluded(signed.transaction.type, result.limit);
  }
}

/** Seconds without more digits than were measured. */
function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

function raise(reason: string): never {
  throw new TypeError(reason);
}
