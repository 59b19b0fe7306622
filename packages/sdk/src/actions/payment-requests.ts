import { encodeSignature } from "@cairn/crypto";
import {
  accountIndex,
  addressToBigint,
  bigintToAddress,
  bytesToHex,
  memoReference,
  type PaymentRequest,
  paymentRequestId,
  referenceToHex,
  requestAuthorization,
  textReference,
  tokenId,
} from "@cairn/protocol";
import { bigintToWord, type RouteResponse } from "@cairn/rpc";
import { sdkError } from "../errors.ts";
import { badAnswer } from "../http.ts";
import { existingPayee, findAccount, type Payee } from "../payee.ts";
import { parsePaymentRequest, paymentRequestLink, paymentRequestQrText, randomReference } from "../payment-request.ts";
import type { Handle } from "../requests/handle.ts";
import { signWith } from "../signers/signer.ts";
import { assertUnits } from "../units.ts";
import { toCommon, toTransfer } from "../wallet.ts";
import type { CairnClient } from "./context.ts";
import { type L2Session, ownAccount } from "./l2-session.ts";
import { assertCovered, feeFor, type PayOptions, senderFor } from "./paying.ts";
import { sendOnL2 } from "./request-on-l2.ts";
import type { MakeTransaction } from "./send-on-l2.ts";
import type { TokenRef } from "./tokens.ts";

/** Parameters of {@link requestPayment}. */
export interface RequestPaymentParameters {
  /** In the token's smallest unit. */
  readonly amount: bigint;
  /** ETH by default. */
  readonly token?: TokenRef;
  /** Account to be paid; by default the key's richest in the token. */
  readonly account?: number;
  /** Up to 31 bytes of text by which you recognise the payment; random by default. Use none twice. */
  readonly reference?: string;
  /** A longer text instead, whose hash becomes the reference. The node keeps it, and anyone who has the request can read it. */
  readonly memo?: string;
  /** Seconds from now until it expires; an hour by default. */
  readonly expiresIn?: number;
  /** When it expires instead, in seconds since the epoch: the same in a call that is repeated. */
  readonly expiresAt?: number;
}

/** A request that the node has taken. */
export interface TakenRequest {
  readonly id: string;
  readonly request: PaymentRequest;
  /** For pages and messages. */
  readonly link: string;
  /** For QR codes. */
  readonly qrText: string;
}

/** What became of a request. */
export type RequestState = RouteResponse<"paymentRequest">;

const HOUR_SECONDS = 3_600;
/** A node takes nothing that expires sooner than it says, and a little later. */
const VALIDITY_MARGIN_SECONDS = 60;

/**
 * Asks for a payment: signs the request with the account's key and registers it with the node, which recognises the
 * payment by its reference. Repeated with the same reference, account, amount and expiry it is the same request. Throws
 * `sdk/unknown-account`, `sdk/bad-amount`, `sdk/bad-request` for both a reference and a memo or two expiries,
 * `sdk/no-signer`, `protocol/bad-reference`, and as the client's calls do.
 *
 * @example
 * const { id, link, qrText } = await requestPayment(client, { amount: 5n * 10n ** 18n, reference: "order 17" });
 */
export async function requestPayment(
  client: CairnClient,
  { amount, token, account: index, reference, memo, expiresIn, expiresAt }: RequestPaymentParameters,
): Promise<TakenRequest> {
  if (expiresIn !== undefined && expiresAt !== undefined)
    throw sdkError("sdk/bad-request", "a request expires at a time or after a time, not both");
  if (reference !== undefined && memo !== undefined)
    throw sdkError("sdk/bad-request", "a request has a reference or a memo, whose hash is its reference");
  assertUnits(amount, "the amount");
  const [l1, node] = await Promise.all([client.cairn.l1(), client.cairn.node()]);
  const signer = client.cairn.signer();
  const session = { client, l1, node, signer };
  const options = { ...(token === undefined ? {} : { token }), ...(index === undefined ? {} : { from: index }) };
  const account =
    index === undefined || token !== undefined ? await senderFor(session, options) : await ownAccount(session, index);
  const request: PaymentRequest = {
    account: accountIndex(account.index),
    owner: addressToBigint(account.owner),
    key: signer.key,
    tokenId: tokenId(account.tokenId),
    amount,
    reference: referenceOf(reference, memo),
    expiresAt: expiresAt ?? client.cairn.nowSeconds() + (expiresIn ?? HOUR_SECONDS),
  };
  const located = { request, domain: l1.domain };
  const link = paymentRequestLink(located);
  const id = paymentRequestId(request, l1.domain);
  const transaction = requestAuthorization(request, l1.domain);
  const { signature } = await signWith(signer, { domain: l1.domain, transaction, purpose: "request" });
  const taken = await node.requestPayment({
    account: request.account,
    amount: amount.toString(),
    reference: referenceToHex(request.reference),
    expiresAt: request.expiresAt,
    signature: bytesToHex(encodeSignature(signature)),
    ...(memo === undefined ? {} : { memo }),
  });
  if (taken.id !== id) throw badAnswer("the node has taken another request", { id, answered: taken.id });
  return { id, request, link, qrText: paymentRequestQrText(located) };
}

/** Options of {@link payRequest}. */
export type PayRequestOptions = Pick<PayOptions, "from" | "fee" | "maxFee">;

/**
 * Pays a request that was given as a link or a QR code's text, exactly and once: repeated, it is the same payment. What
 * is signed names account, owner and key of the request, so no node can pay somebody else. Throws
 * `sdk/bad-payment-request`, `sdk/wrong-rollup` for a request of another rollup, `sdk/request-expired`, `sdk/bad-payee`
 * when the account is not the request's any more, and as `transfer`.
 *
 * @example
 * const handle = await payRequest(client, "cairn:cairn1…?chain=1&…");
 * await handle.wait({ for: "confirmed", timeout: 60_000 });
 */
export async function payRequest(
  client: CairnClient,
  text: string,
  options: PayRequestOptions = {},
): Promise<Handle<"transfer">> {
  const { request, domain } = parsePaymentRequest(text);
  const l1 = await client.cairn.l1();
  if (domain.chainId !== l1.domain.chainId || domain.rollup !== l1.domain.rollup) {
    const where = `${bigintToAddress(domain.rollup)} on chain ${domain.chainId}`;
    throw sdkError("sdk/wrong-rollup", `the request is for rollup ${where}`);
  }
  const id = paymentRequestId(request, domain);
  return sendOnL2(client, {
    kind: "transfer",
    purpose: "transfer",
    requestId: `pay-${id.slice(2, 62)}`,
    wanted: { request: id },
    draft: async (session) => {
      const payee = await payeeOfRequest(session, request);
      const { minValiditySeconds } = await session.node.rollup();
      const { amount, reference, expiresAt } = request;
      const late = session.nowSeconds - expiresAt;
      if (late > 0) throw sdkError("sdk/request-expired", `the request expired ${late} s ago`);
      const from = await senderFor(session, { ...options, token: request.tokenId });
      const quoted = { kind: "transfer", tokenId: request.tokenId, limit: amount } as const;
      const fee = await feeFor(session, options, quoted);
      assertCovered(from, [{ amount, fee }]);
      const soonest = session.nowSeconds + minValiditySeconds + VALIDITY_MARGIN_SECONDS;
      const make: MakeTransaction = (account, nonce) => {
        const draft = { from: account, amount, fee, nonce, reference, validUntil: Math.max(expiresAt, soonest) };
        return toTransfer(toCommon(draft, session.signer.key, session.nowSeconds), payee, null);
      };
      return { account: from.index, make: [make] };
    },
  });
}

/** The account that a request names, as it is now. */
async function payeeOfRequest(
  { node }: Pick<L2Session, "node">,
  { account: index, owner, key, tokenId: token }: PaymentRequest,
): Promise<Payee> {
  const account = await findAccount(node, index);
  const payee = account === null ? null : existingPayee(account);
  if (payee !== null && payee.owner === owner && payee.key === key && account?.tokenId === token) return payee;
  throw sdkError("sdk/bad-payee", `account ${index} is not the one that the request names`, {
    details: { account: index, key: bigintToWord(key) },
  });
}

function referenceOf(reference: string | undefined, memo: string | undefined): bigint {
  if (memo !== undefined) return memoReference(memo);
  return reference === undefined ? randomReference() : textReference(reference);
}
