import { linkContentHash, messageHash, verify } from "@cairn/crypto";
import {
  accountIndex,
  addressProblem,
  addressToBigint,
  bigintToAddress,
  CairnError,
  type Domain,
  decodeFloat16,
  decodeFloat40,
  type L2Transaction,
  type Link,
  linkContentWords,
  messageWords,
  NO_REFERENCE,
  type SignedTransaction,
  tokenId,
  WHOLE_BALANCE,
} from "@cairn/protocol";
import { bigintToWord, signedTransactionToJson } from "@cairn/rpc";
import { encodeAmount, encodeFee } from "./amounts.ts";
import type { SdkErrorCode } from "./errors.ts";
import type { Payee } from "./payee.ts";
import { parseSignedTransaction } from "./signed-json.ts";
import { type SenderAccount, type SignedWithId, type TransferDraft, toTransfer, type Wallet } from "./wallet.ts";

/** A linked transaction: a transfer, to an existing account or a new one. */
type LinkedTransfer = Exclude<L2Transaction, { readonly type: "withdraw" }>;

/** What a maker proposes: both transfers of a swap, of which only the maker's is signed. */
export interface SwapOffer {
  readonly domain: Domain;
  /** The maker's transfer, signed; it runs only together with the taker's. */
  readonly maker: SignedTransaction & { readonly transaction: LinkedTransfer };
  /** What the taker is to sign; nonce and validity are the taker's choice. */
  readonly taker: LinkedTransfer;
}

/** One side of a swap as the maker proposes it. */
export interface SwapLeg {
  /** Exact amount: the whole balance cannot be swapped. */
  readonly amount: bigint;
  readonly fee: bigint;
  /** Who this side pays: an account of the other party. */
  readonly to: Payee;
}

/** What a maker offers and wants. */
export interface SwapProposal {
  /** What the maker pays, from which of its accounts, to which of the taker's. */
  readonly give: SwapLeg & { readonly from: SenderAccount };
  /** What the taker pays, from which of its accounts, to which of the maker's; the taker pays the fee. */
  readonly want: SwapLeg & { readonly from: Pick<SenderAccount, "index" | "tokenId"> };
  readonly validUntil?: number;
}

/** What a taker has agreed to; an offer that differs is not accepted. */
export interface SwapTerms {
  readonly giveTokenId: number;
  readonly giveAmount: bigint;
  /** What the taker pays the operator, in the token that it gives. */
  readonly giveFee: bigint;
  readonly receiveTokenId: number;
  readonly receiveAmount: bigint;
}

const MAKER_TO_TAKER = 1;

/**
 * Signs the maker's side. Throws as the wallet's `linkedTransfer`, and `sdk/bad-offer`.
 *
 * @example
 * const offer = makeOffer(wallet, {
 *   give: { from: ethAccount, to: takerEth, amount: 100n, fee: 1n },
 *   want: { from: takerUsd, to: existingPayee(usdAccount), amount: 300n, fee: 1n },
 *   validUntil,
 * });
 */
export function makeOffer(wallet: Wallet, { give, want, validUntil }: SwapProposal): SwapOffer {
  const { taker, link } = offerParts(want);
  const { transaction, signature } = wallet.linkedTransfer(
    { ...give, ...(validUntil === undefined ? {} : { validUntil }) },
    link,
  );
  return offerOf(wallet.domain, { transaction, signature }, taker);
}

/** What the taker is to sign, and how the maker's side is linked to it. Throws `sdk/not-encodable`, `sdk/bad-payee`. */
export function offerParts(want: SwapProposal["want"]): { readonly taker: LinkedTransfer; readonly link: Link } {
  const fields = {
    from: accountIndex(want.from.index),
    nonce: 0,
    tokenId: tokenId(want.from.tokenId),
    amount: encodeAmount(want.amount),
    fee: encodeFee(want.fee),
    validFrom: 0,
    validUntil: 0,
    reference: NO_REFERENCE,
  };
  const taker = asLinked(toTransfer(fields, want.to, null));
  return { taker, link: { offset: MAKER_TO_TAKER, content: linkContentHash(linkContentWords(taker)) } };
}

/** An offer with its maker's side signed. */
export function offerOf(
  domain: Domain,
  { transaction, signature }: SignedTransaction,
  taker: SwapOffer["taker"],
): SwapOffer {
  return { domain, maker: { transaction: asLinked(transaction), signature }, taker };
}

/**
 * Signs the taker's side and returns the group to submit. The offer is checked first: same rollup, signed by
 * `makerKey`, both sides linked to each other, the agreed tokens and amounts, paid from the taker's account `from` and
 * to an account or key of the taker. Throws `sdk/bad-offer`, and as the wallet's `linkedTransfer`.
 *
 * @example
 * const group = acceptOffer(wallet, offer, { owner, from, makerKey, terms });
 * await node.submitAndWait(group, { status: "proven", timeoutMs: 600_000 });
 */
export function acceptOffer(
  wallet: Wallet,
  offer: SwapOffer,
  accept: Acceptance,
): readonly [SignedTransaction, SignedWithId] {
  const { draft, link } = acceptParts(wallet, offer, accept);
  const mine = wallet.linkedTransfer(draft, link);
  return [{ transaction: offer.maker.transaction, signature: offer.maker.signature }, mine];
}

/** How a taker accepts. */
export interface Acceptance {
  readonly from: SenderAccount;
  /** Owner of the taker's accounts. */
  readonly owner: bigint;
  /** Key of the maker's account, from the node. */
  readonly makerKey: bigint;
  readonly terms: SwapTerms;
  readonly validUntil?: number;
}

/** The taker's side, after the checks of {@link acceptOffer}. Throws `sdk/bad-offer`. */
export function acceptParts(
  { domain, key }: Pick<Wallet, "domain" | "key">,
  offer: SwapOffer,
  accept: Acceptance,
): { readonly draft: TransferDraft; readonly link: Link } {
  const { maker, taker } = offer;
  assertOffer(domain, offer, accept.makerKey);
  const terms = swapTerms(offer);
  for (const name of ["giveTokenId", "giveAmount", "giveFee", "receiveTokenId", "receiveAmount"] as const) {
    if (terms[name] !== accept.terms[name])
      throw bad(`${name} is ${terms[name]}, but ${accept.terms[name]} was agreed`);
  }
  if (taker.from !== accept.from.index) throw bad(`the offer debits account ${taker.from}, not ${accept.from.index}`);
  if (taker.tokenId !== accept.from.tokenId) throw bad("the offer is in another token than the account");
  const { toOwner, toKey } = maker.transaction;
  if (toOwner !== accept.owner || toKey !== key) throw bad("the offer does not pay to an account of this key");
  const link = { offset: -MAKER_TO_TAKER, content: linkContentHash(linkContentWords(maker.transaction)) };
  const draft = {
    from: accept.from,
    amount: terms.giveAmount,
    fee: terms.giveFee,
    to: payeeOf(taker),
    ...(accept.validUntil === undefined ? {} : { validUntil: accept.validUntil }),
  };
  return { draft, link };
}

/**
 * What the taker gives and gets under an offer. Throws `sdk/bad-offer`.
 *
 * @example const { giveTokenId, giveAmount, receiveTokenId, receiveAmount } = swapTerms(offer);
 */
export function swapTerms({ maker, taker }: SwapOffer): SwapTerms {
  return {
    giveTokenId: taker.tokenId,
    giveAmount: exactAmount(taker),
    giveFee: decodeFloat16(taker.fee),
    receiveTokenId: maker.transaction.tokenId,
    receiveAmount: exactAmount(maker.transaction),
  };
}

/**
 * The offer as JSON, to be sent to the taker.
 *
 * @example const text = JSON.stringify(offerToJson(offer));
 */
export function offerToJson({ domain, maker, taker }: SwapOffer): object {
  const {
    signature: _,
    nonce: _n,
    validFrom: _f,
    validUntil: _u,
    reference: _r,
    ...unsigned
  } = signedTransactionToJson({
    transaction: taker,
    signature: NO_SIGNATURE,
  });
  return {
    type: "cairn-swap-offer",
    version: 1,
    chainId: domain.chainId.toString(),
    rollup: bigintToAddress(domain.rollup),
    maker: signedTransactionToJson(maker),
    taker: unsigned,
  };
}

/**
 * Inverse of {@link offerToJson}; checks the form only. Throws `sdk/bad-offer`.
 *
 * @example const offer = offerFromJson(JSON.parse(text));
 */
export function offerFromJson(json: unknown): SwapOffer {
  const { type, version, chainId, rollup, maker, taker } = asRecord(json);
  if (type !== "cairn-swap-offer" || version !== 1) throw bad("not a swap offer of version 1");
  if (typeof chainId !== "string" || !/^[1-9][0-9]{0,19}$/.test(chainId)) throw bad("chainId is malformed");
  if (typeof rollup !== "string" || addressProblem(rollup) !== null) throw bad("rollup is malformed");
  const signed = parseSigned(maker, "maker");
  const filled = { ...asRecord(taker), nonce: 0, validUntil: 0, signature: NO_SIGNATURE_HEX };
  return {
    domain: { chainId: BigInt(chainId), rollup: addressToBigint(rollup) },
    maker: { transaction: asLinked(signed.transaction), signature: signed.signature },
    taker: asLinked(parseSigned(filled, "taker").transaction),
  };
}

/** Placeholder until there is a signature. */
const NO_SIGNATURE = { rx: 1n, s: 1n };
const NO_SIGNATURE_HEX = `0x${bigintToWord(1n).slice(2).repeat(2)}`;

function assertOffer(domain: Domain, { domain: offered, maker, taker }: SwapOffer, makerKey: bigint): void {
  if (offered.chainId !== domain.chainId || offered.rollup !== domain.rollup)
    throw bad("the offer is for another rollup");
  const { link } = maker.transaction;
  if (link?.offset !== MAKER_TO_TAKER) throw bad("the maker's side is not linked to the next transaction");
  if (link.content !== linkContentHash(linkContentWords(taker))) throw bad("the maker signed for other terms");
  const message = messageHash(messageWords(maker.transaction, domain));
  if (!verify(message, maker.signature, makerKey)) throw bad("the maker's signature is not by its account's key");
}

function payeeOf(transfer: LinkedTransfer): Payee {
  const receiver = { owner: transfer.toOwner, key: transfer.toKey };
  return transfer.type === "transfer"
    ? { type: "existing", index: transfer.to, ...receiver }
    : { type: "new", ...receiver };
}

function asLinked(transaction: L2Transaction): LinkedTransfer {
  if (transaction.type === "withdraw") throw bad("a withdrawal cannot be swapped");
  return transaction;
}

function exactAmount({ amount }: LinkedTransfer): bigint {
  if (amount === WHOLE_BALANCE) throw bad("the whole balance cannot be swapped");
  return decodeFloat40(amount);
}

function parseSigned(json: unknown, side: string): SignedTransaction {
  return parseSignedTransaction(json, (path, problem, cause) => bad(`${[side, ...path].join(".")}: ${problem}`, cause));
}

function asRecord(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw bad("not a JSON object");
  return { ...value };
}

function bad(message: string, cause?: unknown): CairnError<SdkErrorCode> {
  return new CairnError("sdk/bad-offer", message, { cause });
}
