import type { BlobSidecar } from "@cairn/blobs/format";
import { type ProvenBatch, payGasLimit, rollupAbi, submitBatchArguments } from "@cairn/contracts";
import { encodeFunctionData, size } from "viem";
import { type SubmittedBatch, submittedNumber } from "./batches.ts";
import type { L1Rollup, L1Wallet } from "./connection.ts";
import { l1Error } from "./errors.ts";
import { type BlobFeeCaps, initialBlobFees } from "./sending/blob-fees.ts";
import { signBlobTransaction, withSidecars } from "./sending/blob-transaction.ts";
import { MAX_TRANSACTION_GAS } from "./sending/transaction-gas.ts";

/** Gas of a submission besides its calldata and payments, with a margin. */
const SUBMIT_GAS = 1_200_000;
const CALLDATA_GAS_PER_BYTE = 40;

/** A batch in a blob that L1 accepted. */
export interface SubmittedBlobBatch extends SubmittedBatch {
  readonly blobGas: bigint;
}

/**
 * Submits a batch whose cells are in a blob, in a transaction of type 3, and waits for it; the contract pays the payouts at the
 * places `payNow` at once. Offers at most `caps`. Throws `l1/transaction-refused` while the market is above them,
 * `l1/transaction-reverted`, `l1/unknown-event`.
 *
 * @example const { number } = await submitBlobBatch(rollup, wallet, batch, sidecar, caps);
 */
export async function submitBlobBatch(
  rollup: L1Rollup,
  wallet: L1Wallet,
  batch: ProvenBatch,
  sidecar: BlobSidecar,
  caps: BlobFeeCaps,
  payNow: readonly number[] = [],
): Promise<SubmittedBlobBatch> {
  const { reader, address: to } = rollup;
  const args = submitBatchArguments(batch, payNow);
  const data = encodeFunctionData({ abi: rollupAbi, functionName: "submitBatch", args });
  const paid = payNow.flatMap((place) => batch.payouts[place] ?? []);
  const payGas = paid.length === 0 ? 0 : payGasLimit(paid, batch.payouts.length);
  const gas = BigInt(Math.min(SUBMIT_GAS + CALLDATA_GAS_PER_BYTE * size(data) + payGas, MAX_TRANSACTION_GAS));
  const [block, priority, blobBaseFee, nonce] = await Promise.all([
    reader.getBlock({ blockTag: "latest" }),
    reader.estimateMaxPriorityFeePerGas(),
    reader.getBlobBaseFee(),
    reader.getTransactionCount({ address: wallet.account.address, blockTag: "pending" }),
  ]);
  const fees = initialBlobFees({ baseFee: block.baseFeePerGas ?? 0n, priority, blobBaseFee }, caps);
  if (fees === null) throw l1Error("l1/transaction-refused", "L1 asks for more than the highest fees to be offered");
  const call = { to, data, gas, versionedHashes: [sidecar.versionedHash] };
  const signed = await signBlobTransaction(wallet.account, { chainId: reader.chain.id, nonce, call, fees });
  await reader.sendRawTransaction({ serializedTransaction: withSidecars(signed.signed, [sidecar]) });
  const receipt = await reader.waitForTransactionReceipt({ hash: signed.hash });
  if (receipt.status === "reverted") {
    throw l1Error("l1/transaction-reverted", `${signed.hash} reverted`, { details: { hash: signed.hash } });
  }
  return {
    number: submittedNumber(rollup, receipt),
    transactionHash: receipt.transactionHash,
    gasUsed: receipt.gasUsed,
    calldataBytes: size(data),
    blobGas: receipt.blobGasUsed ?? 0n,
  };
}
