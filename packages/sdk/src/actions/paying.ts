import { addressToBigint, textReference } from "@cairn/protocol";
import type { ClientRequest } from "@cairn/rpc";
import { type Amount, encodeAmount, encodeFee } from "../amounts.ts";
import type { NodeClient } from "../client.ts";
import { apiErrorOf, sdkError } from "../errors.ts";
import { type AccountView, ownAccounts, type Payee, type PayeeName, resolvePayee } from "../payee.ts";
import { isPaymentCode } from "../payment-code.ts";
import { assertUnits } from "../units.ts";
import { type L2Session, ownAccount } from "./l2-session.ts";
import type { RequestOptions } from "./send-on-l1.ts";
import { resolveToken, type TokenRef } from "./tokens.ts";

/** Options of actions that pay from an L2 account. */
export interface PayOptions extends RequestOptions {
  /** Token paid, and fee; ETH by default. */
  readonly token?: TokenRef;
  /** Account that pays; by default the key's richest in the token. */
  readonly from?: number;
  /** Fee in the token's smallest unit; what the node asks for by default. */
  readonly fee?: bigint;
  /** Highest fee to accept from the node; by default as much as the amount. */
  readonly maxFee?: bigint;
  /** First second, since the epoch, at which it may run; at once by default. */
  readonly validFrom?: number;
  /** Last second at which it may run; twelve hours from now, or from `validFrom`, by default. */
  readonly validUntil?: number;
  /** What the payment is for. */
  readonly reference?: ReferenceRef;
}

/** Up to 31 bytes of text, or 31 bytes from `textReference` or `memoReference`. */
export type ReferenceRef = string | bigint;

/** Who is paid: an account's index, an L1 address, a payment code, or a payee that was resolved before. */
export type PayeeRef = number | string | Payee;

/**
 * Options with the reference as it is signed, so that a text and its number are the same request. Throws
 * `protocol/bad-reference` for a text of more than 31 bytes, `sdk/bad-request` for what is neither text nor bigint.
 */
export function withReference<Options extends object>(
  options: Options,
  reference: ReferenceRef | undefined,
): Options & { readonly reference?: bigint } {
  if (reference === undefined) return options;
  if (typeof reference === "bigint") return { ...options, reference };
  if (typeof reference === "string") return { ...options, reference: textReference(reference) };
  throw sdkError("sdk/bad-request", `a reference is a text or a bigint, not ${typeof reference}`);
}

/** Kinds of transactions that the node quotes a fee for. */
type QuotedKind = ClientRequest<"quote">["query"]["kind"];

/**
 * The payee that a reference names, in a token. Throws `sdk/bad-payee`, `sdk/bad-payment-code`, and as the client's
 * reads do.
 */
export async function payeeOf(
  { node, l1 }: Pick<L2Session, "node" | "l1">,
  ref: PayeeRef,
  tokenId: number,
): Promise<Payee> {
  if (isPayee(ref)) return ref;
  return resolvePayee(node, payeeName(ref), { tokenId, domain: l1.domain });
}

function isPayee(ref: unknown): ref is Payee {
  if (typeof ref !== "object" || ref === null || !("owner" in ref) || !("key" in ref)) return false;
  return typeof ref.owner === "bigint" && typeof ref.key === "bigint";
}

function payeeName(ref: number | string): PayeeName {
  if (typeof ref === "number" && Number.isSafeInteger(ref) && ref >= 0) return { type: "index", index: ref };
  if (typeof ref !== "string")
    throw sdkError("sdk/bad-payee", `a payee is an account's index, an address or a payment code, not ${String(ref)}`);
  return isPaymentCode(ref) ? { type: "paymentCode", code: ref } : { type: "address", address: ref };
}

/** The account that pays, and its token. Throws `sdk/unknown-account`, `sdk/unknown-token`, and as the reads do. */
export async function senderFor(
  session: Pick<L2Session, "client" | "l1" | "node" | "signer">,
  { token = "ETH", from }: PayOptions,
): Promise<AccountView> {
  const { client, l1, node, signer } = session;
  const { id: tokenId } = await resolveToken(l1, token);
  if (from !== undefined) {
    const account = await ownAccount(session, from);
    if (account.tokenId === tokenId) return account;
    throw sdkError("sdk/unknown-account", `account ${from} is in token ${account.tokenId}, not ${tokenId}`, {
      details: { index: from, tokenId: account.tokenId },
    });
  }
  const owner = addressToBigint(client.cairn.owner());
  const [richest] = await ownAccounts(node, { owner, key: signer.key, tokenId });
  if (richest !== undefined) return richest;
  throw sdkError("sdk/unknown-account", `${client.cairn.owner()} has no account with this key in token ${tokenId}`, {
    details: { owner: client.cairn.owner(), tokenId },
  });
}

/**
 * The fee to sign: as given, else what the node asks for, up to `maxFee` or as much as the amount. 0 in a token in
 * which the node takes no fees. Throws `sdk/fee-too-high`, `sdk/not-encodable`, and as the client's reads do.
 */
export async function feeFor(
  { node }: Pick<L2Session, "node">,
  { fee, maxFee }: PayOptions,
  { kind, tokenId, limit }: { readonly kind: QuotedKind; readonly tokenId: number; readonly limit: bigint },
): Promise<bigint> {
  if (fee !== undefined) {
    encodeFee(fee);
    return fee;
  }
  const most = maxFee ?? limit;
  assertUnits(most, maxFee === undefined ? "an amount" : "maxFee");
  const asked = await quoteFee(node, { kind, tokenId });
  if (asked <= most) return asked;
  const why = maxFee === undefined ? "as much as the amount, where maxFee says nothing else" : "maxFee";
  throw sdkError("sdk/fee-too-high", `the node asks for a fee of ${asked}, but at most ${most} is allowed: ${why}`, {
    details: { fee: asked, limit: most, tokenId },
  });
}

/**
 * What a node asks for a transaction now, in the token's smallest unit; 0 in a token in which it takes no fees. Throws
 * as the client's reads do.
 *
 * @example const fee = await quoteFee(node, { kind: "withdraw", tokenId: 0 });
 */
export async function quoteFee(
  node: Pick<NodeClient, "quote">,
  query: { readonly kind: QuotedKind; readonly tokenId: number },
): Promise<bigint> {
  const { fee } = await node.quote(query).catch((error: unknown) => {
    if (apiErrorOf(error)?.code === "not-found") return { fee: "0" };
    throw error;
  });
  return BigInt(fee);
}

/** Highest fee to accept for an amount when the caller names none. */
export function feeLimit(amount: Amount, { balance }: Pick<AccountView, "balance">): bigint {
  if (amount !== "all") assertUnits(amount, "an amount");
  return amount === "all" ? BigInt(balance) / 2n : amount;
}

/**
 * Throws `sdk/insufficient-balance` unless the account covers amounts and fees, and `sdk/not-encodable` for an amount
 * that cannot be signed.
 */
export function assertCovered(
  account: AccountView,
  payments: readonly { readonly amount: Amount; readonly fee: bigint }[],
): void {
  const balance = BigInt(account.balance);
  let needed = 0n;
  for (const { amount, fee } of payments) {
    encodeAmount(amount);
    needed += amount === "all" ? fee : amount + fee;
  }
  if (needed <= balance) return;
  throw sdkError("sdk/insufficient-balance", `account ${account.index} holds ${balance}, but ${needed} is needed`, {
    details: { index: account.index, balance, needed },
  });
}
