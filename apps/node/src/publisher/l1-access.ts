import { decodeSidecar } from "@cairn/blobs/format";
import type { L1Attempt, L1Cost, StoredL1Transaction } from "@cairn/db";
import {
  initialBlobFees,
  initialFees,
  type L1Reader,
  type Refusal,
  refusalOf,
  signBlobTransaction,
  withSidecars,
} from "@cairn/l1";
import { bytesToHex, type Hex, hexToBytes } from "@cairn/protocol";
import type { Logger } from "pino";
import { keccak256, type LocalAccount, type TransactionReceipt, TransactionReceiptNotFoundError } from "viem";
import type { Clock } from "../clock.ts";
import { type FeeCaps, firstBlobCaps, type L1Fees } from "./raised-fees.ts";
import type { SignableCall } from "./stored-transaction.ts";
import type { Facts } from "./transitions.ts";

/** Gas of an empty transaction to itself. */
export const CANCEL_GAS = 21_000;

/** Signing and L1 reads of one account. Errors of the RPC pass through. */
export interface L1Access {
  /** The market's price, with room for it to double; null while a cap is below its base fee. */
  readonly marketFees: (type: "ordinary" | "blob") => Promise<L1Fees | null>;
  /** The same for a first attempt, which with a blob leaves room below the caps for its replacements. */
  readonly firstFees: (type: "ordinary" | "blob") => Promise<L1Fees | null>;
  /**
   * Signs the call, or the cancellation that uses its nonce. That of a call with a blob carries the same blob: L1 nodes
   * keep an account's blob transactions apart, and take nothing else in their place.
   */
  readonly sign: (kind: L1Attempt["kind"], call: SignableCall, nonce: number, fees: L1Fees) => Promise<L1Attempt>;
  /** Sends signed bytes to L1, with the sidecar of their blob; null when it accepts them. */
  readonly offer: (attempt: L1Attempt, sidecar: Uint8Array | null) => Promise<Refusal | null>;
  /** Where one of the attempts was mined; null if none was. */
  readonly findReceipt: (
    transaction: StoredL1Transaction,
  ) => Promise<Omit<NonNullable<Facts["receipt"]>, "isSettled"> | null>;
  /** Number of nonces the account has used at the head, at a block, or including what the L1 node considers pending. */
  readonly usedNonces: (at: "latest" | "pending" | number) => Promise<number>;
}

/** Access for an account that offers at most `caps`. */
export function createL1Access(
  caps: FeeCaps,
  {
    reader,
    account,
    clock,
    logger,
  }: {
    readonly reader: L1Reader;
    readonly account: LocalAccount;
    readonly clock: Clock;
    readonly logger: Logger;
  },
): L1Access {
  const chainId = reader.chain.id;

  /** Without the sidecar, which is not signed. */
  const signed = async (
    { blobHash, ...content }: { to: Hex; data: Hex; gas: bigint; blobHash: Uint8Array | null },
    nonce: number,
    fees: L1Fees,
  ): Promise<Hex> => {
    if (blobHash === null) {
      const { maxFeePerGas, maxPriorityFeePerGas } = fees;
      const ordinary = { maxFeePerGas, maxPriorityFeePerGas };
      return account.signTransaction({ type: "eip1559", chainId, nonce, ...content, ...ordinary });
    }
    if (!("maxFeePerBlobGas" in fees)) throw new TypeError("a blob transaction without a fee for its blob");
    const call = { ...content, versionedHashes: [blobHash] };
    return (await signBlobTransaction(account, { chainId, nonce, call, fees })).signed;
  };

  const feesWithin = async (type: "ordinary" | "blob", { gas, blobGas }: FeeCaps): Promise<L1Fees | null> => {
    const [block, priority, blobBaseFee] = await Promise.all([
      reader.getBlock({ blockTag: "latest" }),
      reader.estimateMaxPriorityFeePerGas(),
      type === "blob" ? reader.getBlobBaseFee() : null,
    ]);
    const baseFee = block.baseFeePerGas ?? 0n;
    if (blobBaseFee === null) return initialFees(baseFee, priority, gas);
    return initialBlobFees({ baseFee, priority, blobBaseFee }, { gas, blobGas });
  };

  return {
    marketFees: (type) => feesWithin(type, caps),
    firstFees: (type) => feesWithin(type, type === "blob" ? firstBlobCaps(caps) : caps),
    sign: async (kind, call, nonce, fees) => {
      const content =
        kind === "call"
          ? { to: call.to, data: call.data, gas: BigInt(call.gasLimit) }
          : { to: account.address, data: "0x" as const, gas: BigInt(CANCEL_GAS) };
      const raw = await signed({ ...content, blobHash: call.blobHash }, nonce, fees);
      const hash = hexToBytes(keccak256(raw), 32);
      return { ...fees, kind, hash, raw: hexToBytes(raw), createdAtMs: clock.nowMs(), sentAtMs: null };
    },
    offer: async ({ raw }, sidecar) => {
      const signedBytes = bytesToHex(raw);
      try {
        await reader.sendRawTransaction({
          serializedTransaction: sidecar === null ? signedBytes : withSidecars(signedBytes, [decodeSidecar(sidecar)]),
        });
        return null;
      } catch (error) {
        const refusal = refusalOf(error);
        if (refusal === "other") logger.warn({ err: error }, "L1 did not accept a transaction");
        return refusal;
      }
    },
    findReceipt: async ({ attempts }) => {
      for (const { hash, kind } of attempts) {
        const receipt = await reader.getTransactionReceipt({ hash: bytesToHex(hash) }).catch((error: unknown) => {
          if (error instanceof TransactionReceiptNotFoundError) return null;
          throw error;
        });
        if (receipt === null) continue;
        const inclusion = { hash, block: Number(receipt.blockNumber), blockHash: hexToBytes(receipt.blockHash, 32) };
        return { kind, inclusion, cost: costOf(receipt), isSuccess: receipt.status === "success" };
      }
      return null;
    },
    usedNonces: (at) =>
      reader.getTransactionCount({
        address: account.address,
        ...(typeof at === "number" ? { blockNumber: BigInt(at) } : { blockTag: at }),
      }),
  };
}

/** Null where the L1 node leaves out what is needed: nothing but statistics depends on it. */
function costOf({ gasUsed, ...receipt }: Partial<TransactionReceipt>): L1Cost | null {
  const { effectiveGasPrice, blobGasUsed, blobGasPrice } = receipt;
  if (gasUsed == null || effectiveGasPrice == null) return null;
  const paidForBlobs = (blobGasUsed ?? 0n) * (blobGasPrice ?? 0n);
  return {
    gasUsed: Number(gasUsed),
    blobGasUsed: Number(blobGasUsed ?? 0n),
    paidWei: gasUsed * effectiveGasPrice + paidForBlobs,
  };
}
