import { cellsToBlob } from "@cairn/blobs";
import { encodeOpening } from "@cairn/blobs/format";
import { loadSidecarMaker } from "@cairn/blobs/native";
import { type ProvingCircuit, type ProvingCost, programGates, type SoloCircuit } from "@cairn/circuits";
import type { ProvenBatch } from "@cairn/contracts";
import type { Compress } from "@cairn/crypto";
import {
  type DevRollup,
  type JoiningCircuits,
  joinedBinding,
  loadDevCircuit,
  loadProver,
  proveJoinedBatch,
  proveSoloBatch,
  type SealedBlock,
  soloBinding,
} from "@cairn/devnet";
import { type SubmittedBatch, submitBatch, submitBlobBatch } from "@cairn/l1";
import { addressToBigint, calldataCommitment, cellsToBytes, type DataSource, type SoloSize } from "@cairn/protocol";

/** Blocks of a batch under one recursive proof. */
const JOINED_BLOCKS = 2;
/** A development chain's fees are far below, wei per gas and per blob gas. */
const FEE_CAPS = { gas: 10n ** 12n, blobGas: 10n ** 12n };

/** A batch that is proven and can be submitted. */
export interface ReadyBatch extends ProvenBatch {
  readonly cost: ProvingCost;
  /** 32 bytes. */
  readonly dataCommitment: Uint8Array;
  readonly submit: () => Promise<SubmittedBatch & { readonly blobGas?: bigint }>;
}

/** How batches get to L1: under which proofs, and where their cells are. */
export interface Carrier {
  /** Blocks of a batch. */
  readonly blocks: number;
  readonly da: DataSource;
  /** Of all proofs of a batch. */
  readonly gates: number;
  /** Proves a batch of these blocks; `queueHash` is the rolling hash after them, 32 bytes. */
  readonly prove: (blocks: readonly SealedBlock[], queueHash: Uint8Array) => Promise<ReadyBatch>;
}

/** Carriers before there is an L1 node: what they need from the cache is loaded. */
export type LoadedCarrier = (devnet: DevRollup, compress: Compress) => Carrier;

/** Each block is a batch, proven without recursion, its cells in calldata. */
export async function loadSoloCarrier(cacheDir: string, slots: SoloSize): Promise<LoadedCarrier> {
  const circuit = await loadProver(cacheDir, slots);
  const gates = await programGates(circuit.program);
  return (devnet, compress) => ({
    blocks: 1,
    da: "calldata",
    gates,
    prove: ([block], queueHash) => {
      if (block === undefined) throw new RangeError("no block");
      return proveSolo(circuit, devnet, block, queueHash, compress);
    },
  });
}

/** Two blocks are a batch, proven one by one and joined by a recursive proof, their cells in a blob. */
export async function loadJoiningCarrier(cacheDir: string, slots: SoloSize): Promise<LoadedCarrier> {
  const circuits: JoiningCircuits = {
    block: await loadDevCircuit(cacheDir, `block${slots}`),
    last: await loadDevCircuit(cacheDir, "pair"),
  };
  const [ofBlock, ofLast] = [await programGates(circuits.block.program), await programGates(circuits.last.program)];
  const sidecars = await loadSidecarMaker();
  return (devnet, compress) => ({
    blocks: JOINED_BLOCKS,
    da: "blob",
    gates: JOINED_BLOCKS * ofBlock + ofLast,
    prove: async (blocks, queueHash) => {
      const blob = cellsToBlob(blocks.flatMap(({ cells }) => cells));
      const sidecar = sidecars.make(blob);
      const operator = devnet.wallet(0);
      const dataCommitment = sidecar.versionedHash;
      const submitter = addressToBigint(operator.account.address);
      const submission = { submitter, dataSource: "blob", dataCommitment, queueHash } as const;
      const binding = joinedBinding(blocks, submission, compress);
      const data = encodeOpening(sidecars.open(blob, binding.point));
      const batch = await proveJoinedBatch(circuits, blocks, { binding, dataSource: "blob", data });
      const submit = () => submitBlobBatch(devnet.rollup, operator, batch, sidecar, FEE_CAPS);
      return { ...batch, dataCommitment, submit };
    },
  });
}

async function proveSolo(
  circuit: ProvingCircuit<SoloCircuit>,
  devnet: DevRollup,
  block: SealedBlock,
  queueHash: Uint8Array,
  compress: Compress,
): Promise<ReadyBatch> {
  const operator = devnet.wallet(0);
  const data = cellsToBytes(block.cells);
  const dataCommitment = calldataCommitment(data);
  const submitter = addressToBigint(operator.account.address);
  const binding = soloBinding(block, { submitter, dataSource: "calldata", dataCommitment, queueHash }, compress);
  const batch = await proveSoloBatch(circuit, block, { binding, dataSource: "calldata", data });
  return { ...batch, dataCommitment, submit: () => submitBatch(devnet.rollup, operator, batch) };
}
