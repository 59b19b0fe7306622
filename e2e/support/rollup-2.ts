import {
  BLOB_ELEMENTS,
  type BlobKzg,
  blobToElements,
  cellsToBlob,
  elementsToBlob,
  encodeOpening,
  versionedHash,
} from "@cairn/blobs";
import { type ProvenBatch2, rollup2Abi, submitBatch2Arguments } from "@cairn/contracts";
import { type Chains, type Compress, GENESIS_CHAINS, verify } from "@cairn/crypto";
import {
  chainedBlock,
  type DevRollup2,
  proveSoloBatch,
  type SealedBlock2,
  sealBlock2,
  soloBinding,
} from "@cairn/devnet";
import {
  addressToBigint,
  BLOB_MODULUS,
  blockNumber,
  bytesToHex,
  calldataCommitment,
  cellsToBytes,
  type DataSource,
  EMPTY_QUEUE_HASH,
  encodeL1Operation,
  type Hex,
  type L1Operation,
  nextRollingHash,
} from "@cairn/protocol";
import { createMemoryStore, createStateTree, type StateTree } from "@cairn/state";
import { type BlockBuilder, createBlockBuilder } from "@cairn/vm";
import { decodeErrorResult, encodeFunctionData, numberToHex } from "viem";

const SLOTS = 16;
/** More than any batch of a test takes. */
const GAS = 6_000_000n;
const MAX_FEE_PER_BLOB_GAS = 10n ** 10n;
/** The 4,096th root of unity that blobs use, 7^((B - 1)/4096). */
const ROOT_OF_UNITY = 0x564c0a11a0f704f4fc3e8acfe0f8245f0ad1347b378fbf96e206da11a5d36306n;

/** Answer of anvil's RPC where the result is a byte string. */
interface AnvilAnswer {
  readonly result?: Hex;
  readonly error?: { readonly message: string; readonly data?: Hex };
}

/** A batch that has its proof. */
export interface SoloBatch2 {
  readonly batch: ProvenBatch2;
  readonly sealed: SealedBlock2;
  readonly dataCommitment: Hex;
  /** Rolling queue hash after it, 32 bytes. */
  readonly queueHash: Uint8Array;
  /** z, which the proof is about. */
  readonly point: bigint;
  /** Null with calldata. */
  readonly blob: Uint8Array | null;
}

/** The operator of a rollup of protocol 2: its state, and batches of one block with real proofs. */
export interface SoloOperator2 {
  readonly tree: StateTree;
  readonly compress: Compress;
  /** Seals a block of these queue entries and what `fill` adds, and proves it as a batch of the operator. */
  prove(options: {
    readonly dataSource: DataSource;
    readonly l1Operations?: readonly L1Operation[];
    readonly fill?: (builder: BlockBuilder) => void;
  }): Promise<SoloBatch2>;
  /** The same block with its cells elsewhere: only the proof is made again. */
  proveAgain(batch: SoloBatch2, dataSource: DataSource): Promise<SoloBatch2>;
}

/** An operator of an unused rollup. */
export function createSoloOperator2(devnet: DevRollup2, kzg: BlobKzg, compress: Compress): SoloOperator2 {
  const { domain, reader } = devnet;
  const submitter = addressToBigint(devnet.wallet(0).account.address);
  const tree = createStateTree({ store: createMemoryStore(), compress });
  let chains: Chains = GENESIS_CHAINS;
  let queueHash: Uint8Array = EMPTY_QUEUE_HASH;

  async function proveSealed(sealed: SealedBlock2, dataSource: DataSource, hash: Uint8Array): Promise<SoloBatch2> {
    const circuit = devnet.circuits.get("solo16");
    if (circuit === undefined) throw new TypeError("no circuit");
    const blob = dataSource === "blob" ? cellsToBlob(sealed.cells) : null;
    const cells = cellsToBytes(sealed.cells);
    const dataCommitment = blob === null ? calldataCommitment(cells) : versionedHash(kzg.commit(blob));
    const binding = soloBinding(sealed, { submitter, dataSource, dataCommitment, queueHash: hash }, compress);
    const data = blob === null ? cells : encodeOpening(kzg.open(blob, binding.point));
    const batch = await proveSoloBatch(circuit, sealed, { binding, dataSource, data });
    return { batch, sealed, dataCommitment: bytesToHex(dataCommitment), queueHash: hash, point: binding.point, blob };
  }

  return {
    tree,
    compress,
    async prove({ dataSource, l1Operations = [], fill = () => {} }) {
      const { timestamp } = await reader.getBlock();
      const builder = createBlockBuilder({
        state: tree,
        domain,
        slotCount: SLOTS,
        blockNumber: blockNumber(tree.blockNumber() + 1),
        timestamp: Number(timestamp),
        queueHash: EMPTY_QUEUE_HASH,
        feeAccounts: [],
        verifySignature: verify,
        compress,
      });
      for (const operation of l1Operations) builder.addL1Operation(operation);
      fill(builder);
      const executed = builder.seal();
      const sealed = sealBlock2({ tree, executed, chains, compress });
      chains = sealed.chains;
      queueHash = l1Operations.map(encodeL1Operation).reduce(nextRollingHash, queueHash);
      return proveSealed(sealed, dataSource, queueHash);
    },
    proveAgain: ({ sealed, queueHash: hash }, dataSource) => proveSealed(sealed, dataSource, hash),
  };
}

/** Name of the error with which the rollup refuses a batch in a transaction with these blobs; null if it accepts it. */
export async function refusalOfBatch(
  devnet: DevRollup2,
  batch: ProvenBatch2,
  { from = 0, blobHashes = [] }: { readonly from?: number; readonly blobHashes?: readonly Hex[] } = {},
): Promise<string | null> {
  const args = submitBatch2Arguments(batch);
  const transaction = {
    from: devnet.wallet(from).account.address,
    to: devnet.deployment.rollup,
    data: encodeFunctionData({ abi: rollup2Abi, functionName: "submitBatch", args }),
    gas: numberToHex(GAS),
    ...(blobHashes.length === 0
      ? {}
      : { blobVersionedHashes: [...blobHashes], maxFeePerBlobGas: numberToHex(MAX_FEE_PER_BLOB_GAS) }),
  };
  const { error } = await askAnvil(devnet, "eth_call", [transaction, "latest"]);
  if (error === undefined) return null;
  if (error.data === undefined) throw new TypeError(error.message);
  return decodeErrorResult({ abi: rollup2Abi, data: error.data }).errorName;
}

async function askAnvil({ rpcUrl }: DevRollup2, method: string, params: readonly unknown[]): Promise<AnvilAnswer> {
  const response = await fetch(rpcUrl, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }),
  });
  return (await response.json()) as AnvilAnswer;
}

/** A blob with the same value at `point`, but other coefficients: p(X) + X - point. */
export function blobWithSameValue(blob: Uint8Array, point: bigint): Uint8Array {
  const roots = [1n];
  while (roots.length < BLOB_ELEMENTS) roots.push(((roots.at(-1) ?? 1n) * ROOT_OF_UNITY) % BLOB_MODULUS);
  const reversed = (j: number): number => Number.parseInt([...j.toString(2).padStart(12, "0")].reverse().join(""), 2);
  const elements = blobToElements(blob).map((element, j) => {
    return (element + (roots[reversed(j)] ?? 0n) + BLOB_MODULUS - point) % BLOB_MODULUS;
  });
  return elementsToBlob(elements);
}

/** A batch of the same block as if its cells were in another blob: everything but the proof belongs to that blob. */
export function withBlob(
  devnet: DevRollup2,
  kzg: BlobKzg,
  { batch, sealed, queueHash }: SoloBatch2,
  blob: Uint8Array,
  compress: Compress,
) {
  const dataCommitment = versionedHash(kzg.commit(blob));
  const submitter = addressToBigint(devnet.wallet(0).account.address);
  const binding = soloBinding(sealed, { submitter, dataSource: "blob", dataCommitment, queueHash }, compress);
  const data = encodeOpening(kzg.open(blob, binding.point));
  return { batch: { ...batch, data }, blobHash: bytesToHex(dataCommitment) };
}

/** The chained form of a batch's block, for receipts. */
export const receiptBlocks = ({ sealed }: SoloBatch2): readonly (readonly bigint[])[] => [chainedBlock(sealed).cells];
