import { addressProblem, bigintToAddress, type Domain } from "@cairn/protocol";
import {
  existingPayee,
  findAccount,
  isCairnError,
  isPaymentCode,
  isPaymentRequest,
  type NodeClient,
  type Payee,
  parsePaymentCode,
  resolvePayee,
} from "@cairn/sdk";

/** What a text for a payee names, by its form alone. */
export type PayeeReading =
  | { readonly type: "index"; readonly index: number }
  | { readonly type: "address"; readonly address: string }
  | { readonly type: "paymentCode"; readonly code: string }
  /** A request for a payment, which has a page of its own. */
  | { readonly type: "request"; readonly text: string }
  | { readonly type: "problem"; readonly problem: "empty" | "unreadable" | "checksum" | "code" };

/** Reads a text for a payee. */
export function readPayee(text: string, domain: Domain): PayeeReading {
  const plain = text.trim();
  if (plain === "") return { type: "problem", problem: "empty" };
  if (/^(?:0|[1-9][0-9]{0,8})$/.test(plain)) return { type: "index", index: Number(plain) };
  if (/^0x[0-9a-fA-F]{40}$/.test(plain)) {
    if (addressProblem(plain) !== null || /^0x0{40}$/.test(plain)) return { type: "problem", problem: "checksum" };
    return { type: "address", address: plain };
  }
  if (isPaymentRequest(plain)) return { type: "request", text: plain };
  if (!isPaymentCode(plain)) return { type: "problem", problem: "unreadable" };
  try {
    parsePaymentCode(plain, domain);
    return { type: "paymentCode", code: plain };
  } catch (error) {
    if (isCairnError(error, "sdk/bad-payment-code")) return { type: "problem", problem: "code" };
    throw error;
  }
}

/** Who would be paid. All of `payee` is signed, so that what is shown is what is paid. */
export interface FoundPayee {
  readonly payee: Payee;
  /** How the user named it. */
  readonly by: "index" | "address" | "paymentCode";
  readonly owner: `0x${string}`;
  /** Whether the owner authorised the account's key on L1, as the node says; null for an account without a key, or a new one. */
  readonly isOwnerKey: boolean | null;
}

/** Whom a reading names in a token; a text where nobody can be paid. */
export type PayeeAnswer =
  | { readonly type: "found"; readonly found: FoundPayee }
  | { readonly type: "unknown"; readonly index: number }
  | { readonly type: "other-token"; readonly index: number; readonly tokenId: number };

/** Asks the node. Throws as its reads do. */
export async function findPayee(
  node: NodeClient,
  reading: Extract<PayeeReading, { readonly type: "index" | "address" | "paymentCode" }>,
  { tokenId, domain }: { readonly tokenId: number; readonly domain: Domain },
): Promise<PayeeAnswer> {
  if (reading.type !== "index") {
    const payee = await resolvePayee(node, reading, { tokenId, domain });
    const account = payee.type === "existing" ? await findAccount(node, payee.index) : null;
    const isOwnerKey = payee.key === 0n ? null : (account?.ownerKey ?? null);
    return { type: "found", found: { payee, by: reading.type, owner: bigintToAddress(payee.owner), isOwnerKey } };
  }
  const account = await findAccount(node, reading.index);
  if (account === null) return { type: "unknown", index: reading.index };
  if (account.tokenId !== tokenId) return { type: "other-token", index: reading.index, tokenId: account.tokenId };
  const payee = existingPayee(account);
  const isOwnerKey = payee.key === 0n ? null : account.ownerKey;
  return { type: "found", found: { payee, by: "index", owner: bigintToAddress(payee.owner), isOwnerKey } };
}

const SHOWN_DIGITS = 4;

/**
 * An address that looks like another one where people look, at its beginning and end: made so that it is taken for it. Null if
 * none of those that are known does.
 */
export function lookalikeOf(address: string, known: readonly string[]): string | null {
  const ends = (one: string) => one.toLowerCase().slice(2, 2 + SHOWN_DIGITS) + one.toLowerCase().slice(-SHOWN_DIGITS);
  const isSame = (one: string) => one.toLowerCase() === address.toLowerCase();
  if (known.some(isSame)) return null;
  return known.find((one) => ends(one) === ends(address)) ?? null;
}
