import { type Address, type Hex, isAddressEqual, keccak256 } from "viem";
import type { CompleteCall } from "./call.ts";
import { type GasFees, replacementFees } from "./fees.ts";
import type { SendingReader, SigningWallet } from "./parties.ts";

/** One signed version of a transaction. */
export interface SignedAttempt extends GasFees {
  readonly hash: Hex;
  readonly raw: Hex;
}

/**
 * A call under one nonce, signed once or, with higher fees, several times. L1 includes at most one version: sending
 * again under the same nonce never pays twice.
 */
export interface SignedTransaction {
  readonly chainId: number;
  readonly from: Address;
  readonly nonce: number;
  readonly call: CompleteCall;
  /** L1's head when it was signed; the nonce was free there. */
  readonly signedAt: { readonly block: number; readonly blockHash: Hex };
  /** Oldest first. */
  readonly attempts: readonly [SignedAttempt, ...SignedAttempt[]];
}

/** Signs a call under the account's next nonce at market fees; sends nothing. Throws what the RPC throws. */
export async function signTransaction(
  reader: SendingReader,
  wallet: SigningWallet,
  call: CompleteCall,
): Promise<SignedTransaction> {
  const from = wallet.account.address;
  const [head, nonce, fees] = await Promise.all([
    reader.getBlock(),
    reader.getTransactionCount({ address: from, blockTag: "pending" }),
    reader.estimateFeesPerGas(),
  ]);
  const base = { chainId: reader.chain.id, from, nonce, call };
  const first = await signAttempt(wallet, base, fees);
  return { ...base, signedAt: { block: Number(head.number), blockHash: head.hash }, attempts: [first] };
}

/**
 * The transaction with another attempt when the market requires more than the newest one offers; null when it does not.
 */
export async function raiseFees(
  reader: SendingReader,
  wallet: SigningWallet,
  transaction: SignedTransaction,
): Promise<SignedTransaction | null> {
  const market = await reader.estimateFeesPerGas();
  const newest = newestAttempt(transaction);
  const isEnough =
    newest.maxFeePerGas >= market.maxFeePerGas && newest.maxPriorityFeePerGas >= market.maxPriorityFeePerGas;
  const fees = isEnough ? null : replacementFees(newest, market, null);
  if (fees === null) return null;
  const attempt = await signAttempt(wallet, transaction, fees);
  return { ...transaction, attempts: [...transaction.attempts, attempt] };
}

/**
 * The newest version, which replaces all earlier ones.
 *
 * @example const { hash } = newestAttempt(transaction);
 */
export function newestAttempt({ attempts }: SignedTransaction): SignedAttempt {
  return attempts.at(-1) ?? attempts[0];
}

/** A transaction as L1 shows it. */
export interface ShownTransaction {
  readonly from: Address;
  readonly nonce: number;
  readonly to: Address | null;
  readonly input: Hex;
  readonly value: bigint;
}

/** Whether a transaction makes the same call: same account, recipient, calldata and value, whatever its fees. */
export function isSameCall(
  { from, call }: Pick<SignedTransaction, "from" | "call">,
  other: Omit<ShownTransaction, "nonce">,
): boolean {
  return (
    isAddressEqual(other.from, from) &&
    (other.to === null || call.to === null ? other.to === call.to : isAddressEqual(other.to, call.to)) &&
    other.input.toLowerCase() === call.data.toLowerCase() &&
    other.value === call.value
  );
}

async function signAttempt(
  wallet: SigningWallet,
  { chainId, nonce, call }: Pick<SignedTransaction, "chainId" | "nonce" | "call">,
  { maxFeePerGas, maxPriorityFeePerGas }: GasFees,
): Promise<SignedAttempt> {
  const { to, data, value, gas } = call;
  const fees = { maxFeePerGas, maxPriorityFeePerGas };
  const raw = await wallet.account.signTransaction({ type: "eip1559", chainId, nonce, to, data, value, gas, ...fees });
  return { ...fees, hash: keccak256(raw), raw };
}
