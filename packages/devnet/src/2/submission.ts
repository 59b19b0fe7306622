import { createHash } from "node:crypto";
import type { BlobKzg } from "@cairn/blobs";
import { type ProvenBatch2, rollup2Abi, submitBatch2Arguments } from "@cairn/contracts";
import type { L1Wallet } from "@cairn/l1";
import { BLOB_MODULUS, bigintToBytes, bytesToBigint, concatBytes, hexToBytes } from "@cairn/protocol";
import { encodeFunctionData, type TransactionReceipt } from "viem";
import type { DevRollup2 } from "./dev-rollup.ts";

/** Gas limit of a submission: the most that L1 takes in a transaction (EIP-7825). */
const GAS_LIMIT = 2n ** 24n;
const MAX_FEE_PER_BLOB_GAS = 10n ** 10n;
const FIELD_ELEMENTS_PER_BLOB = 4096n;
const CHALLENGE_DOMAIN = new TextEncoder().encode("FSBLOBVERIFY_V1_");

/** A batch on its way to a development L1. */
export interface DevSubmission {
  readonly batch: ProvenBatch2;
  /** What holds the batch's cells; null with calldata. */
  readonly blob: Uint8Array | null;
  /** Places in its payout list that the contract pays at once; none by default. */
  readonly payNow?: readonly number[];
  /** The operator's by default. */
  readonly wallet?: L1Wallet;
}

/**
 * Sends a batch, one in a blob in a transaction of type 3, and waits for the receipt, whose status the caller checks. Throws
 * as `submitBatch2Arguments` and viem.
 *
 * @example const { gasUsed } = await sendBatch2(devnet, kzg, { batch, blob: cellsToBlob(cells) });
 */
export async function sendBatch2(
  { deployment, reader, wallet: walletAt }: DevRollup2,
  kzg: BlobKzg,
  { batch, blob, payNow = [], wallet = walletAt(0) }: DevSubmission,
): Promise<TransactionReceipt> {
  const args = submitBatch2Arguments(batch, payNow);
  const data = encodeFunctionData({ abi: rollup2Abi, functionName: "submitBatch", args });
  const call = { to: deployment.rollup, data, gas: GAS_LIMIT } as const;
  const hash =
    blob === null
      ? await wallet.sendTransaction(call)
      : await wallet.sendTransaction({
          ...call,
          blobs: [blob],
          kzg: viemKzg(kzg),
          maxFeePerBlobGas: MAX_FEE_PER_BLOB_GAS,
        });
  return reader.waitForTransactionReceipt({ hash });
}

/** KZG as viem wants it: the proof of a whole blob is its opening at the challenge of EIP-4844. */
function viemKzg(kzg: BlobKzg) {
  return {
    blobToKzgCommitment: (blob: Uint8Array) => kzg.commit(blob),
    computeBlobKzgProof: (blob: Uint8Array, commitment: Uint8Array) =>
      kzg.open(blob, blobChallenge(blob, commitment)).proof,
  };
}

function blobChallenge(blob: Uint8Array, commitment: Uint8Array): bigint {
  const degree = bigintToBytes(FIELD_ELEMENTS_PER_BLOB, 16);
  const preimage = concatBytes(CHALLENGE_DOMAIN, degree, blob, commitment);
  const digest = createHash("sha256").update(preimage).digest("hex");
  return bytesToBigint(hexToBytes(`0x${digest}`)) % BLOB_MODULUS;
}
