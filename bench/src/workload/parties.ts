import { type AccountIndex, encodeFloat16, encodeFloat40, type L2Transaction, type TokenId } from "@cairn/protocol";
import type { Person } from "@cairn/testkit";

/** Someone's account in one token. */
export interface Party {
  readonly person: Person;
  readonly index: AccountIndex;
  readonly tokenId: TokenId;
}

/** The people in the blocks of the benchmark. */
export interface Parties {
  /** Receives the fees. */
  readonly operator: Party;
  readonly alice: Party;
  readonly bob: Party;
  /** Alice's account in an ERC-20. */
  readonly aliceToken: Party;
}

/** Seconds for which transactions of the benchmark stay valid. */
const VALIDITY_SECONDS = 7200;

/**
 * An amount near the largest mantissa, so that its published bytes are as random as in production; in the smallest
 * unit.
 */
export function amountOf(i: number): bigint {
  return 30_000_000_001n + BigInt(i) * 1_234_567n;
}

/** A fee whose two published bytes are not zero. */
export const FEE = encodeFloat16(1999n * 10n ** 6n);

/** A transfer without link between two accounts of one token. */
export function transferBetween(
  from: Party,
  to: Party,
  content: { readonly nonce: number; readonly amount: bigint; readonly timestamp: number },
): L2Transaction {
  return {
    type: "transfer",
    from: from.index,
    to: to.index,
    nonce: content.nonce,
    tokenId: from.tokenId,
    amount: encodeFloat40(content.amount),
    fee: FEE,
    validFrom: 0,
    validUntil: content.timestamp + VALIDITY_SECONDS,
    reference: 0n,
    toOwner: to.person.owner,
    toKey: to.person.key,
    link: null,
  };
}

/** A transfer to a new account of a stranger. */
export function transferToStranger(
  from: Party,
  content: { readonly nonce: number; readonly amount: bigint; readonly timestamp: number },
): L2Transaction {
  return {
    type: "transferToNew",
    from: from.index,
    nonce: content.nonce,
    tokenId: from.tokenId,
    amount: encodeFloat40(content.amount),
    fee: FEE,
    validFrom: 0,
    validUntil: content.timestamp + VALIDITY_SECONDS,
    reference: 0n,
    toOwner: 2n ** 159n + content.amount,
    toKey: from.person.key,
    link: null,
  };
}

/** A withdrawal to the sender's own L1 address, without fee. */
export function withdrawal(
  from: Party,
  content: { readonly nonce: number; readonly amount: bigint; readonly timestamp: number },
): L2Transaction {
  return {
    type: "withdraw",
    from: from.index,
    nonce: content.nonce,
    tokenId: from.tokenId,
    amount: encodeFloat40(content.amount),
    fee: encodeFloat16(0n),
    validFrom: 0,
    validUntil: content.timestamp + VALIDITY_SECONDS,
    reference: 0n,
    recipient: from.person.owner,
  };
}
