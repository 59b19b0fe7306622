import { createHash } from "node:crypto";
import type { BlobKzg } from "@cairn/blobs/format";
import { type ProvenBatch, rollupAbi, submitBatchArguments } from "@cairn/contracts";
import {
  type BatchNumber,
  BLOB_MODULUS,
  batchNumber,
  bigintToBytes,
  bytesToBigint,
  CairnError,
  concatBytes,
} from "@cairn/protocol";
import { createWalletClient, encodeFunctionData, http, parseEventLogs } from "viem";
import type { DevRollup } from "../dev-rollup.ts";
import type { DevnetErrorCode } from "../errors.ts";

const MAX_FEE_PER_BLOB_GAS = 10n ** 10n;
/** anvil checks a blob in seconds, or in many of them on a busy machine. */
const TIMEOUT_MS = 120_000;
/** More than any batch of a test takes. */
const GAS = 6_000_000n;

/**
 * Submits a batch of the operator in a transaction with these blobs and waits for it. Throws `devnet/refused` when the rollup
 * refuses it.
 */
export async function submitWithBlobs(
  { rpcUrl, rollup, wallet }: DevRollup,
  batch: ProvenBatch,
  blobs: readonly Uint8Array[],
  kzg: Pick<BlobKzg, "commit" | "open">,
): Promise<BatchNumber> {
  const { address: to, reader } = rollup;
  const data = encodeFunctionData({ abi: rollupAbi, functionName: "submitBatch", args: submitBatchArguments(batch) });
  const { account, chain } = wallet(0);
  const transport = http(rpcUrl, { timeout: TIMEOUT_MS, retryCount: 0 });
  const hash = await createWalletClient({ account, chain, transport }).sendTransaction({
    to,
    data,
    gas: GAS,
    blobs: [...blobs],
    kzg: {
      blobToKzgCommitment: (blob: Uint8Array) => kzg.commit(blob),
      // The proof of a whole blob is its opening at the challenge of EIP-4844.
      computeBlobKzgProof: (blob: Uint8Array, commitment: Uint8Array) =>
        kzg.open(blob, challengeOf(blob, commitment)).proof,
    },
    maxFeePerBlobGas: MAX_FEE_PER_BLOB_GAS,
  });
  const { logs } = await reader.waitForTransactionReceipt({ hash });
  const [event] = parseEventLogs({ abi: rollupAbi, eventName: "BatchSubmitted", logs });
  if (event !== undefined) return batchNumber(Number(event.args.batchNumber));
  throw new CairnError<DevnetErrorCode>("devnet/refused", `the rollup refused the batch in ${hash}`);
}

function challengeOf(blob: Uint8Array, commitment: Uint8Array): bigint {
  const domain = new TextEncoder().encode("FSBLOBVERIFY_V1_");
  const preimage = concatBytes(domain, bigintToBytes(4096n, 16), blob, commitment);
  return bytesToBigint(createHash("sha256").update(preimage).digest()) % BLOB_MODULUS;
}
