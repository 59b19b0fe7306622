import { CairnError } from "@cairn/protocol";
import { type Address, TransactionNotFoundError, type TransactionReceipt } from "viem";
import type { L1Reader, L1Rollup, L1Wallet } from "../connection.ts";
import type { L1ErrorCode } from "../errors.ts";
import { type ContractCall, estimateCall, type RollupCall } from "./call.ts";
import { type FollowOptions, fateOf, followTransaction, replaced, settled } from "./follow.ts";
import { offer } from "./offer.ts";
import type { Refusal } from "./refusal.ts";
import { newestAttempt, raiseFees, type SignedTransaction, signTransaction } from "./signed-transaction.ts";

/** How a call is sent. */
export interface SendOptions extends FollowOptions {
  /**
   * Keeps the signed transaction before it is handed over, so that a process that dies can find out what became of it; called
   * again when its fees were raised. What it throws keeps the transaction from being sent.
   */
  readonly store?: (transaction: SignedTransaction) => void | Promise<void>;
  /** Called when L1 was handed the transaction for the first time, so that it knows that the nonce is taken. */
  readonly sent?: () => void;
}

/** Refusals after which L1 does not hold the transaction, unless it says otherwise when asked for its hash. */
const CLEAR_REFUSALS: ReadonlySet<Refusal> = new Set([
  "nonceTooHigh",
  "replacementUnderpriced",
  "feeTooLow",
  "insufficientFunds",
  "poolFull",
  "gasLimit",
]);

/**
 * Simulates, signs, sends and waits for one call of the rollup; returns the receipt of this very call, with its event.
 * Throws `l1/transaction-reverted` with the contract's error name in `details.reason`, before anything is sent when the
 * simulation already fails; `l1/transaction-refused`; `l1/transaction-replaced`; `l1/outcome-unknown`; `l1/unknown-event`.
 */
export function sendToRollup(
  { reader, address }: L1Rollup,
  wallet: L1Wallet,
  call: RollupCall,
  options: SendOptions = {},
): Promise<TransactionReceipt> {
  return send(reader, wallet, { ...call, to: address }, true, options);
}

/** As {@link sendToRollup} for a call of another contract, whose events nobody here knows. */
export function sendToContract(
  reader: L1Reader,
  wallet: L1Wallet,
  call: ContractCall,
  options: SendOptions = {},
): Promise<TransactionReceipt> {
  return send(reader, wallet, call, false, options);
}

async function send(
  reader: L1Reader,
  wallet: L1Wallet,
  call: ContractCall,
  isRollup: boolean,
  options: SendOptions,
): Promise<TransactionReceipt> {
  const gas = await simulatedGas(reader, wallet.account.address, call);
  const complete = { ...call, value: call.value ?? 0n, gas, isRollup };
  const transaction = await signTransaction(reader, wallet, complete);
  await options.store?.(transaction);
  return deliver(reader, transaction, options);
}

/**
 * Goes on with a transaction that an earlier process signed: waits for it, hands it over again where L1 lost it, and raises its
 * fees under the same nonce where the market asks for more. Nothing is paid twice. Throws as {@link sendToRollup}.
 */
export async function resumeTransaction(
  reader: L1Reader,
  wallet: L1Wallet,
  transaction: SignedTransaction,
  options: SendOptions = {},
): Promise<TransactionReceipt> {
  const fate = await fateOf(reader, transaction);
  if (fate.type === "mined") return settled(transaction, fate.receipt);
  if (fate.type === "replaced") throw await replaced(reader, transaction, fate.by);
  if (fate.type === "unclear") {
    options.sent?.();
    return followTransaction(reader, transaction, options);
  }
  if (!(await isKnown(reader, transaction))) await simulatedGas(reader, transaction.from, transaction.call);
  const raised = await raiseFees(reader, wallet, transaction);
  if (raised !== null) await options.store?.(raised);
  return deliver(reader, raised ?? transaction, options);
}

async function deliver(
  reader: L1Reader,
  transaction: SignedTransaction,
  options: SendOptions,
): Promise<TransactionReceipt> {
  const refused = await offer(reader, newestAttempt(transaction));
  options.sent?.();
  if (refused !== null && CLEAR_REFUSALS.has(refused.refusal) && !(await isKnown(reader, transaction))) {
    const { call, from, nonce } = transaction;
    const { hash } = newestAttempt(transaction);
    throw new CairnError<L1ErrorCode>(
      "l1/transaction-refused",
      `L1 does not take ${call.name}: ${wordsFor(refused.refusal)}`,
      {
        cause: refused.cause,
        details: { refusal: refused.refusal, hash, from, nonce },
      },
    );
  }
  return followTransaction(reader, transaction, options);
}

/** Whether L1 shows any version of the transaction, pending or mined. An L1 that does not answer counts as one that does. */
async function isKnown(reader: L1Reader, { attempts }: SignedTransaction): Promise<boolean> {
  for (const { hash } of attempts) {
    try {
      await reader.getTransaction({ hash });
      return true;
    } catch (error) {
      if (!(error instanceof TransactionNotFoundError)) return true;
    }
  }
  return false;
}

/** Writes of a time cost nothing in the block that holds the same time already, where the estimate may be made: a fifth more. */
async function simulatedGas(reader: L1Reader, from: Address, call: ContractCall): Promise<bigint> {
  const estimate = await estimateCall(reader, from, call);
  return call.gas ?? estimate + estimate / 5n;
}

function wordsFor(refusal: Refusal): string {
  switch (refusal) {
    case "insufficientFunds":
      return "the account cannot pay for it";
    case "replacementUnderpriced":
      return "another transaction of the account waits under the same nonce";
    case "feeTooLow":
      return "the fees are below what L1 asks for now";
    case "nonceTooHigh":
      return "earlier transactions of the account are missing";
    case "poolFull":
      return "the L1 node holds as many transactions as it takes";
    case "gasLimit":
      return "its gas limit does not fit";
    default:
      return refusal;
  }
}
