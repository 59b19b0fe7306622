import type { BlobSidecar } from "@cairn/blobs/sidecar";
import { type ProvenBatch2, rollup2Abi, submitBatch2Arguments } from "@cairn/contracts";
import type { L1Rollup } from "@cairn/l1";
import { initialBlobFees, type L1Wallet, sendToRollup, signBlobTransaction, withSidecars } from "@cairn/l1";
import { CairnError } from "@cairn/protocol";
import { encodeFunctionData, type Hex, type TransactionReceipt } from "viem";
import type { BenchErrorCode } from "../errors.ts";

/** Gas limit of a batch in a blob: the most that L1 takes in a transaction (EIP-7825). */
const GAS_LIMIT = 2n ** 24n;
const FEE_CAPS = { gas: 10n ** 12n, blobGas: 10n ** 12n };

/** The call that submits a batch and pays no payouts. */
export function submissionCalldata(batch: ProvenBatch2): Hex {
  return encodeFunctionData({ abi: rollup2Abi, functionName: "submitBatch", args: submitBatch2Arguments(batch) });
}

/**
 * Sends a batch, one in a blob in a transaction of type 3 with the blob's sidecar, and waits until L1 accepted it. Throws
 * `bench/not-accepted`, and as L1 does.
 */
export async function sendBatch(
  rollup: L1Rollup,
  wallet: L1Wallet,
  batch: ProvenBatch2,
  sidecar: BlobSidecar | null,
): Promise<TransactionReceipt> {
  const data = submissionCalldata(batch);
  if (sidecar === null) return sendToRollup(rollup, wallet, { name: "submitBatch", data });
  const { reader, address } = rollup;
  const { account } = wallet;
  const [{ baseFeePerGas }, priority, blobBaseFee, nonce, chainId] = await Promise.all([
    reader.getBlock(),
    reader.estimateMaxPriorityFeePerGas(),
    reader.getBlobBaseFee(),
    reader.getTransactionCount({ address: account.address }),
    reader.getChainId(),
  ]);
  const fees = initialBlobFees({ baseFee: baseFeePerGas ?? 0n, priority, blobBaseFee }, FEE_CAPS);
  if (fees === null) throw notAccepted("the fees of the development L1 are above all reason");
  const call = { to: address, data, gas: GAS_LIMIT, versionedHashes: [sidecar.versionedHash] };
  const { signed } = await signBlobTransaction(account, { chainId, nonce, call, fees });
  const serializedTransaction = withSidecars(signed, [sidecar]);
  const hash = await reader.sendRawTransaction({ serializedTransaction });
  const receipt = await reader.waitForTransactionReceipt({ hash });
  if (receipt.status === "success") return receipt;
  throw notAccepted("L1 refused the batch");
}

function notAccepted(reason: string): CairnError<BenchErrorCode> {
  return new CairnError<BenchErrorCode>("bench/not-accepted", reason);
}
