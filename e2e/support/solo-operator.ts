import { createHash } from "node:crypto";
import {
  BLOB_ELEMENTS,
  type BlobKzg,
  blobToElements,
  cellsToBlob,
  elementsToBlob,
  encodeOpening,
  versionedHash,
} from "@cairn/blobs";
import type { ProvingCircuit, SoloCircuit } from "@cairn/circuits";
import { type ProvenBatch, rollupAbi, submitBatchArguments } from "@cairn/contracts";
import { type Chains, type Compress, GENESIS_CHAINS, verify } from "@cairn/crypto";
import { chainedBlock, type DevRollup, proveSoloBatch, type SealedBlock, sealBlock, soloBinding } from "@cairn/devnet";
import { type L1Wallet, rollupDomain } from "@cairn/l1";
import {
  addressToBigint,
  BLOB_MODULUS,
  bigintToBytes,
  blockNumber,
  bytesToBigint,
  bytesToHex,
  calldataCommitment,
  cellsToBytes,
  concatBytes,
  type DataSource,
  EMPTY_QUEUE_HASH,
  encodeL1Operation,
  type Hex,
  hexToBytes,
  type L1Operation,
  nextQueueHash,
} from "@cairn/protocol";
import { createMemoryStore, createStateTree, type StateTree } from "@cairn/state";
import { type BlockBuilder, createBlockBuilder } from "@cairn/vm";
import { decodeErrorResult, encodeFunctionData, numberToHex, type TransactionReceipt } from "viem";

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
export interface SoloBatch {
  readonly batch: ProvenBatch;
  readonly sealed: SealedBlock;
  readonly dataCommitment: Hex;
  /** Rolling queue hash after it, 32 bytes. */
  readonly queueHash: Uint8Array;
  /** z, which the proof is about. */
  readonly point: bigint;
  /** Null with calldata. */
  readonly blob: Uint8Array | null;
}

/** The operator of a rollup: its state, and batches of one block with real proofs. */
export interface SoloOperator {
  readonly tree: StateTree;
  readonly compress: Compress;
  /** Seals a block of these queue entries and what `fill` adds, and proves it as a batch of the operator. */
  prove(options: {
    readonly dataSource: DataSource;
    readonly l1Operations?: readonly L1Operation[];
    readonly fill?: (builder: BlockBuilder) => void;
  }): Promise<SoloBatch>;
  /** The same block with its cells elsewhere: only the proof is made again. */
  proveAgain(batch: SoloBatch, dataSource: DataSource): Promise<SoloBatch>;
}

/** An operator of an unused rollup. */
export function createSoloOperator(
  devnet: DevRollup,
  circuit: ProvingCircuit<SoloCircuit>,
  kzg: BlobKzg,
  compress: Compress,
): SoloOperator {
  const { reader } = devnet.rollup;
  const domain = rollupDomain(devnet.rollup);
  const submitter = addressToBigint(devnet.wallet(0).account.address);
  const tree = createStateTree({ store: createMemoryStore(), compress });
  let chains: Chains = GENESIS_CHAINS;
  let queueHash: Uint8Array = EMPTY_QUEUE_HASH;

  async function proveSealed(sealed: SealedBlock, dataSource: DataSource, hash: Uint8Array): Promise<SoloBatch> {
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
        feeAccounts: [],
        verifySignature: verify,
        compress,
      });
      for (const operation of l1Operations) builder.addL1Operation(operation);
      fill(builder);
      const executed = builder.seal();
      const sealed = sealBlock({ tree, executed, chains, compress });
      chains = sealed.chains;
      queueHash = l1Operations.map(encodeL1Operation).reduce(nextQueueHash, queueHash);
      return proveSealed(sealed, dataSource, queueHash);
    },
    proveAgain: ({ sealed, queueHash: hash }, dataSource) => proveSealed(sealed, dataSource, hash),
  };
}

/** Sends a batch; one in a blob in a transaction of type 3. */
export async function submitSoloBatch(
  devnet: DevRollup,
  kzg: BlobKzg,
  { batch, blob }: SoloBatch,
  payNow: readonly number[] = [],
  wallet: L1Wallet = devnet.wallet(0),
): Promise<TransactionReceipt> {
  const args = submitBatchArguments(batch, payNow);
  const data = encodeFunctionData({ abi: rollupAbi, functionName: "submitBatch", args });
  const common = { to: devnet.rollup.address, data, gas: GAS } as const;
  const hash =
    blob === null
      ? await wallet.sendTransaction(common)
      : await wallet.sendTransaction({
          ...common,
          blobs: [blob],
          kzg: viemKzg(kzg),
          maxFeePerBlobGas: MAX_FEE_PER_BLOB_GAS,
        });
  return devnet.rollup.reader.waitForTransactionReceipt({ hash });
}

/** Name of the error with which the rollup refuses a batch in a transaction with these blobs; null if it accepts it. */
export async function refusalOfBatch(
  devnet: DevRollup,
  batch: ProvenBatch,
  { from = 0, blobHashes = [] }: { readonly from?: number; readonly blobHashes?: readonly Hex[] } = {},
): Promise<string | null> {
  const args = submitBatchArguments(batch);
  const transaction = {
    from: devnet.wallet(from).account.address,
    to: devnet.rollup.address,
    data: encodeFunctionData({ abi: rollupAbi, functionName: "submitBatch", args }),
    gas: numberToHex(GAS),
    ...(blobHashes.length === 0
      ? {}
      : { blobVersionedHashes: [...blobHashes], maxFeePerBlobGas: numberToHex(MAX_FEE_PER_BLOB_GAS) }),
  };
  const { error } = await askAnvil(devnet, "eth_call", [transaction, "latest"]);
  if (error === undefined) return null;
  if (error.data === undefined) throw new TypeError(error.message);
  return decodeErrorResult({ abi: rollupAbi, data: error.data }).errorName;
}

async function askAnvil({ rpcUrl }: DevRollup, method: string, params: readonly unknown[]): Promise<AnvilAnswer> {
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
  devnet: DevRollup,
  kzg: BlobKzg,
  { batch, sealed, queueHash }: SoloBatch,
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
export const receiptBlocks = ({ sealed }: SoloBatch): readonly (readonly bigint[])[] => [chainedBlock(sealed).cells];

/** KZG as viem wants it: the proof of a whole blob is its opening at the challenge of EIP-4844. */
function viemKzg(kzg: BlobKzg) {
  return {
    blobToKzgCommitment: (blob: Uint8Array) => kzg.commit(blob),
    computeBlobKzgProof: (blob: Uint8Array, commitment: Uint8Array) =>
      kzg.open(blob, blobChallenge(blob, commitment)).proof,
  };
}

function blobChallenge(blob: Uint8Array, commitment: Uint8Array): bigint {
  const domain = new TextEncoder().encode("FSBLOBVERIFY_V1_");
  const preimage = concatBytes(domain, bigintToBytes(4096n, 16), blob, commitment);
  const digest = createHash("sha256").update(preimage).digest("hex");
  return bytesToBigint(hexToBytes(`0x${digest}`)) % BLOB_MODULUS;
}
