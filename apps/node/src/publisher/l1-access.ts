import type { L1Attempt, StoredL1Transaction } from "@cairn/db";
import { type GasFees, initialFees, type L1Reader, type Refusal, refusalOf } from "@cairn/l1";
import { bytesToHex, hexToBytes } from "@cairn/protocol";
import type { Logger } from "pino";
import { keccak256, type LocalAccount, TransactionReceiptNotFoundError } from "viem";
import type { Clock } from "../clock.ts";
import type { L1Call } from "./l1-call.ts";
import type { Facts } from "./transitions.ts";

/** Gas of an empty transaction to itself. */
export const CANCEL_GAS = 21_000;

/** Signing and L1 reads of one account. Errors of the RPC pass through. */
export interface L1Access {
  /** Fees of a first attempt at the market's price; null while the cap is below the base fee. */
  readonly marketFees: () => Promise<GasFees | null>;
  /** Signs the call, or the cancellation that uses its nonce. */
  readonly sign: (
    kind: L1Attempt["kind"],
    call: Pick<L1Call, "to" | "data" | "gasLimit">,
    nonce: number,
    fees: GasFees,
  ) => Promise<L1Attempt>;
  /** Sends signed bytes to L1; null when it accepts them. */
  readonly offer: (attempt: L1Attempt) => Promise<Refusal | null>;
  /** Where one of the attempts was mined; null if none was. */
  readonly findReceipt: (
    transaction: StoredL1Transaction,
  ) => Promise<Omit<NonNullable<Facts["receipt"]>, "isSettled"> | null>;
  /** Number of nonces the account has used at the head, at a block, or including what the L1 node considers pending. */
  readonly usedNonces: (at: "latest" | "pending" | number) => Promise<number>;
}

/** Access for an account that offers at most `maxFeePerGas`. */
export function createL1Access(
  { maxFeePerGas: cap }: { readonly maxFeePerGas: bigint },
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
  return {
    marketFees: async () => {
      const [block, priority] = await Promise.all([
        reader.getBlock({ blockTag: "latest" }),
        reader.estimateMaxPriorityFeePerGas(),
      ]);
      return initialFees(block.baseFeePerGas ?? 0n, priority, cap);
    },
    sign: async (kind, call, nonce, fees) => {
      const content =
        kind === "call"
          ? { to: call.to, data: call.data, gas: BigInt(call.gasLimit) }
          : { to: account.address, gas: BigInt(CANCEL_GAS) };
      const chainId = reader.chain.id;
      const raw = await account.signTransaction({ type: "eip1559", chainId, nonce, ...content, ...fees });
      const hash = hexToBytes(keccak256(raw), 32);
      return { ...fees, kind, hash, raw: hexToBytes(raw), createdAtMs: clock.nowMs(), sentAtMs: null };
    },
    offer: async (attempt) => {
      try {
        await reader.sendRawTransaction({ serializedTransaction: bytesToHex(attempt.raw) });
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
        return { kind, inclusion, isSuccess: receipt.status === "success" };
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
