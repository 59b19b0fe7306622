import { linkContentHash } from "@cairn/crypto";
import {
  accountIndex,
  addressProblem,
  addressToBigint,
  bigintToAddress,
  CairnError,
  type Domain,
  encodeFloat40,
  type L2Transaction,
  type Link,
  linkContentWords,
  NO_REFERENCE,
  tokenId,
} from "@cairn/protocol";
import { bigintToWord, wordToBigint } from "@cairn/rpc";
import { encodeFee } from "../amounts.ts";
import type { SdkErrorCode } from "../errors.ts";
import type { SignedWithId, TransferDraft, Wallet } from "../wallet.ts";

/** Kinds of payments that can be sponsored: those that can be linked to another. */
export type SponsoredKind = "transfer" | "transferToNew";

/** What a sponsor pays, and how: from {@link Sponsor.terms}, or from a sponsor's service. */
export interface SponsorTerms {
  readonly domain: Domain;
  /** The sponsor's account, which pays the fees. */
  readonly account: {
    readonly index: number;
    readonly tokenId: number;
    readonly owner: bigint;
    readonly key: bigint;
  };
  /** Fee that the sponsor pays for a payment and its own transfer together, by the kind of the payment. */
  readonly fees: Readonly<Record<SponsoredKind, bigint>>;
  /** Seconds for which a payment may be valid at most. */
  readonly validSeconds: number;
}

/** A payment whose fee somebody else pays. */
export type SponsoredDraft = Omit<TransferDraft, "amount" | "fee" | "validFrom"> & {
  /** Exact: the whole balance cannot be linked to another transaction. */
  readonly amount: bigint;
};

const TO_SPONSOR = 1;

/**
 * Signs a payment with the fee 0 that runs only together with the sponsor's transfer, which pays for both. Hand it to the sponsor,
 * who signs and submits the rest. Throws `sdk/wrong-rollup` for terms of another rollup, and as the wallet's `linkedTransfer`.
 *
 * @example
 * const signed = signSponsored(wallet, { from: usdAccount, to, amount: 5_000_000n }, terms);
 */
export function signSponsored(wallet: Wallet, draft: SponsoredDraft, terms: SponsorTerms): SignedWithId {
  const { chainId, rollup } = terms.domain;
  if (chainId !== wallet.domain.chainId || rollup !== wallet.domain.rollup) {
    throw new CairnError<SdkErrorCode>("sdk/wrong-rollup", "the sponsor's terms are for another rollup");
  }
  const fee = terms.fees[draft.to.type === "existing" ? "transfer" : "transferToNew"];
  return wallet.linkedTransfer({ ...draft, fee: 0n }, linkToSponsor(terms, fee));
}

/** How a payment names the sponsor's transfer that pays this fee. */
export function linkToSponsor(terms: SponsorTerms, fee: bigint): Link {
  return { offset: TO_SPONSOR, content: linkContentHash(linkContentWords(sponsorsTransfer(terms, fee))) };
}

/** How the sponsor's transfer names the payment. */
export function linkToPayment(payment: L2Transaction): Link {
  return { offset: -TO_SPONSOR, content: linkContentHash(linkContentWords(payment)) };
}

/** What the sponsor signs: nothing from its account to itself. Nonce and validity are not part of what a link names. */
function sponsorsTransfer({ account }: SponsorTerms, fee: bigint): L2Transaction {
  return {
    type: "transfer",
    from: accountIndex(account.index),
    to: accountIndex(account.index),
    toOwner: account.owner,
    toKey: account.key,
    nonce: 0,
    tokenId: tokenId(account.tokenId),
    amount: encodeFloat40(0n),
    fee: encodeFee(fee),
    validFrom: 0,
    validUntil: 0,
    reference: NO_REFERENCE,
    link: null,
  };
}

/**
 * Terms as JSON, for a service's answer.
 *
 * @example response.json(sponsorTermsToJson(await sponsor.terms()));
 */
export function sponsorTermsToJson({ domain, account, fees, validSeconds }: SponsorTerms): object {
  return {
    type: "cairn-sponsor-terms",
    version: 1,
    chainId: domain.chainId.toString(),
    rollup: bigintToAddress(domain.rollup),
    account: {
      index: account.index,
      tokenId: account.tokenId,
      owner: bigintToAddress(account.owner),
      key: bigintToWord(account.key),
    },
    fees: { transfer: fees.transfer.toString(), transferToNew: fees.transferToNew.toString() },
    validSeconds,
  };
}

const DIGITS = /^(?:0|[1-9][0-9]{0,38})$/;
const WORD = /^0x[0-9a-f]{64}$/i;

/**
 * Inverse of {@link sponsorTermsToJson}; checks the form only. Throws `sdk/not-sponsored`.
 *
 * @example const terms = sponsorTermsFromJson(await (await fetch("https://sponsor.example/v1/terms")).json());
 */
export function sponsorTermsFromJson(json: unknown): SponsorTerms {
  const { type, version, chainId, rollup, account, fees, validSeconds } = record(json);
  if (type !== "cairn-sponsor-terms" || version !== 1) throw notSponsored("not terms of a sponsor of version 1");
  const { index, tokenId: token, owner, key } = record(account);
  const { transfer, transferToNew } = record(fees);
  if (!isCount(index) || !isCount(token) || !isCount(validSeconds)) throw notSponsored("a number is malformed");
  return {
    domain: { chainId: toAmount(chainId), rollup: toAddress(rollup) },
    account: { index, tokenId: token, owner: toAddress(owner), key: toWord(key) },
    fees: { transfer: toAmount(transfer), transferToNew: toAmount(transferToNew) },
    validSeconds,
  };
}

/** A payment that a sponsor does not pay for, or a service that is none; `details.reason` says which rule, if it is one. */
export function notSponsored(message: string, reason = "malformed", more: object = {}): CairnError<SdkErrorCode> {
  return new CairnError("sdk/not-sponsored", message, { details: { reason, ...more } });
}

function record(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw notSponsored("not a JSON object");
  return { ...value };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function toAmount(value: unknown): bigint {
  if (typeof value === "string" && DIGITS.test(value)) return BigInt(value);
  throw notSponsored("an amount is malformed");
}

function toAddress(value: unknown): bigint {
  if (typeof value === "string" && addressProblem(value) === null) return addressToBigint(value);
  throw notSponsored("an address is malformed");
}

function toWord(value: unknown): bigint {
  if (typeof value === "string" && WORD.test(value)) return wordToBigint(value);
  throw notSponsored("a key is malformed");
}
