import { CairnError } from "@cairn/protocol";
import { type Address, TransactionNotFoundError, type TransactionReceipt } from "viem";
import type { L1Rollup } from "../connection.ts";
import type { L1ErrorCode } from "../errors.ts";
import { type CallOrCreation, type CompleteCall, type ContractCall, estimateCall, type RollupCall } from "./call.ts";
import { type FollowOptions, fateOf, followTransaction, replaced, settled } from "./follow.ts";
import { offer } from "./offer.ts";
import type { SendingReader, SigningWallet } from "./parties.ts";
import { isClearRefusal, type Refusal } from "./refusal.ts";
import { newestAttempt, raiseFees, type SignedTransaction, signTransaction } from "./signed-transaction.ts";

/** How a call is sent. */
export interface SendOptions extends FollowOptions {
  /**
   * Stores the signed transaction before it is sent, so that a restarted process can find out what became of it; called
   * again when its fees were raised. If it throws, the transaction is not sent.
   */
  readonly store?: (transaction: SignedTransaction) => void | Promise<void>;
  /** Called once L1 has received the transaction, so that L1 knows that the nonce is taken. */
  readonly sent?: () => void;
}

/**
 * Simulates, signs, sends and waits for one call of the rollup or of its policy; returns the receipt of this very call, with its event.
 * Throws `l1/transaction-reverted` with the contract's error name in `details.reason`, before anything is sent when the
 * simulation already fails; `l1/transaction-refused`; `l1/transaction-replaced`; `l1/outcome-unknown`;
 * `l1/unknown-event`.
 *
 * @example const receipt = await sendToRollup(rollup, wallet, { name: "freeze", data, value: 0n });
 */
export function sendToRollup(
  { reader, address }: L1Rollup,
  wallet: SigningWallet,
  call: RollupCall,
  options: SendOptions = {},
): Promise<TransactionReceipt> {
  return send(reader, wallet, { to: address, ...call }, true, options);
}

/**
 * Like {@link sendToRollup} for a call of another contract, whose events are unknown here. See {@link sendToRollup}.
 */
export function sendToContract(
  reader: SendingReader,
  wallet: SigningWallet,
  call: ContractCall,
  options: SendOptions = {},
): Promise<TransactionReceipt> {
  return send(reader, wallet, call, false, options);
}

/**
 * As {@link sendToRollup} for the creation of a contract, `data` being its init code with arguments. The receipt names the
 * address that follows from account and nonce.
 */
export function sendCreation(
  reader: SendingReader,
  wallet: SigningWallet,
  creation: Omit<RollupCall, "to">,
  options: SendOptions = {},
): Promise<TransactionReceipt> {
  return send(reader, wallet, { ...creation, to: null }, false, options);
}

async function send(
  reader: SendingReader,
  wallet: SigningWallet,
  call: CallOrCreation,
  isRollup: boolean,
  options: SendOptions,
): Promise<TransactionReceipt> {
  const complete = await completeCall(reader, wallet.account.address, call, isRollup);
  const transaction = await signTransaction(reader, wallet, complete);
  await options.store?.(transaction);
  return deliver(reader, transaction, options);
}

/**
 * Simulates a call and gives it a gas limit, its own or the L1 node's estimate plus a fifth. Throws
 * `l1/transaction-reverted` with the contract's reason.
 *
 * @example const call = await completeCall(reader, from, { to: rollup.address, name: "freeze", data }, true);
 */
export async function completeCall(
  reader: SendingReader,
  from: Address,
  call: CallOrCreation,
  isRollup: boolean,
): Promise<CompleteCall> {
  const gas = await simulatedGas(reader, from, call);
  return { ...call, value: call.value ?? 0n, gas, isRollup };
}

/**
 * Resumes a transaction that an earlier process signed: waits for it, sends it again where L1 lost it, and raises its
 * fees under the same nonce where the market requires more. Nothing is paid twice. Throws as {@link sendToRollup}.
 *
 * @example const receipt = await resumeTransaction(reader, wallet, storedTransaction);
 */
export async function resumeTransaction(
  reader: SendingReader,
  wallet: SigningWallet,
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
  reader: SendingReader,
  transaction: SignedTransaction,
  options: SendOptions,
): Promise<TransactionReceipt> {
  await offerTransaction(reader, transaction, options.sent);
  return followTransaction(reader, transaction, options);
}

/**
 * Offers the newest version of a signed transaction to L1 once, without waiting for it; `sent` is called when L1 has
 * answered. An answer that does not say clearly that L1 does not hold it counts as success. Throws
 * `l1/transaction-refused`.
 *
 * @example await offerTransaction(reader, storedTransaction);
 */
export async function offerTransaction(
  reader: SendingReader,
  transaction: SignedTransaction,
  sent?: () => void,
): Promise<void> {
  const refused = await offer(reader, newestAttempt(transaction));
  sent?.();
  if (refused !== null && isClearRefusal(refused.refusal) && !(await isKnown(reader, transaction))) {
    const { call, from, nonce } = transaction;
    const { hash } = newestAttempt(transaction);
    throw new CairnError<L1ErrorCode>(
      "l1/transaction-refused",
      `L1 refuses ${call.name}: ${wordsFor(refused.refusal)}`,
      {
        cause: refused.cause,
        details: { refusal: refused.refusal, hash, from, nonce },
      },
    );
  }
}

/** Whether L1 shows any version of the transaction, pending or mined. No answer counts as yes. */
async function isKnown(reader: SendingReader, { attempts }: SignedTransaction): Promise<boolean> {
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

/** A fifth on top: an estimate made in a block whose time is already stored misses the cost of storing a new one. */
async function simulatedGas(reader: SendingReader, from: Address, call: CallOrCreation): Promise<bigint> {
  const estimate = await estimateCall(reader, from, call);
  return call.gas ?? estimate + estimate / 5n;
}

function wordsFor(refusal: Refusal): string {
  switch (refusal) {
    case "insufficientFunds":
      return "the account cannot pay for it";
    case "replacementUnderpriced":
      return "another transaction of the account with the same nonce is pending";
    case "feeTooLow":
      return "the fees are below what L1 requires now";
    case "nonceTooHigh":
      return "earlier transactions of the account are missing";
    case "poolFull":
      return "the L1 node's transaction pool is full";
    case "gasLimit":
      return "its gas limit does not fit";
    default:
      return refusal;
  }
}
