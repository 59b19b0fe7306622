import { keccak_256 } from "@noble/hashes/sha3.js";
import { bigintToBytes, bytesToBigint, bytesToHex, concatBytes, type Hex } from "./bytes.ts";
import type { ProtocolErrorCode } from "./error-codes.ts";
import { CairnError } from "./errors.ts";
import { encodeFloat16, encodeFloat40 } from "./float.ts";
import { type AccountIndex, accountIndex, type TokenId, tokenId } from "./ids.ts";
import type { Domain } from "./message.ts";
import type { Transfer } from "./transaction.ts";

/** What a payee asks for: an amount on one of its accounts, with a reference by which the payment is recognised. */
export interface PaymentRequest {
  readonly account: AccountIndex;
  /** Owner and key of the account, which the payer signs with it. */
  readonly owner: bigint;
  readonly key: bigint;
  readonly tokenId: TokenId;
  /** In the token's smallest unit; more than 0. */
  readonly amount: bigint;
  /** What a payment of it carries; never 0. */
  readonly reference: bigint;
  /** Last second, since the epoch, at which it can be paid in time. */
  readonly expiresAt: number;
}

/** Bytes of a request in one rollup. */
export const PAYMENT_REQUEST_BYTES = 142;

const LABEL = new TextEncoder().encode("cairn/payment-request/1");

/**
 * A request in a rollup as bytes: chain id (8), rollup (20), account (4), owner (20), key (32), token (4), amount (16),
 * reference (31), expiry (7). Throws `protocol/out-of-range`.
 *
 * @example encodePaymentRequest(request, domain).length // 142
 */
export function encodePaymentRequest(request: PaymentRequest, { chainId, rollup }: Domain): Uint8Array {
  const { account, owner, key, tokenId: token, amount, reference, expiresAt } = request;
  return concatBytes(
    bigintToBytes(chainId, 8),
    bigintToBytes(rollup, 20),
    bigintToBytes(BigInt(account), 4),
    bigintToBytes(owner, 20),
    bigintToBytes(key, 32),
    bigintToBytes(BigInt(token), 4),
    bigintToBytes(amount, 16),
    bigintToBytes(reference, 31),
    bigintToBytes(BigInt(expiresAt), 7),
  );
}

/**
 * Inverse of {@link encodePaymentRequest}. Throws `protocol/out-of-range` for another length, and for fields that a
 * request cannot have.
 */
export function decodePaymentRequest(bytes: Uint8Array): {
  readonly request: PaymentRequest;
  readonly domain: Domain;
} {
  if (bytes.length !== PAYMENT_REQUEST_BYTES) {
    const problem = `a payment request has ${PAYMENT_REQUEST_BYTES} bytes, not ${bytes.length}`;
    throw new CairnError<ProtocolErrorCode>("protocol/out-of-range", problem);
  }
  let at = 0;
  const next = (length: number) => {
    at += length;
    return bytesToBigint(bytes.subarray(at - length, at));
  };
  const domain = { chainId: next(8), rollup: next(20) };
  const account = accountIndex(Number(next(4)));
  const [owner, key] = [next(20), next(32)];
  const token = tokenId(Number(next(4)));
  const [amount, reference, expiresAt] = [next(16), next(31), Number(next(7))];
  return { request: { account, owner, key, tokenId: token, amount, reference, expiresAt }, domain };
}

/**
 * What identifies a request: keccak256 of its bytes behind a label. Two requests with the same content are one. Throws
 * `protocol/out-of-range`.
 *
 * @example paymentRequestId(request, domain) // "0x…", 32 bytes
 */
export function paymentRequestId(request: PaymentRequest, domain: Domain): Hex {
  return bytesToHex(keccak_256(concatBytes(LABEL, encodePaymentRequest(request, domain))));
}

/**
 * What the payee signs to show that a request is its own: a transfer of 0 to itself that no block can hold, because its
 * time ended in 1970, with the first 31 bytes of the request's id as reference. Throws `protocol/out-of-range`.
 *
 * @example const signed = await signWith(signer, { domain, transaction: requestAuthorization(request, domain), purpose });
 */
export function requestAuthorization(request: PaymentRequest, domain: Domain): Transfer {
  const id = keccak_256(concatBytes(LABEL, encodePaymentRequest(request, domain)));
  return {
    type: "transfer",
    from: request.account,
    nonce: 0,
    tokenId: request.tokenId,
    amount: encodeFloat40(0n),
    fee: encodeFloat16(0n),
    validFrom: 0,
    validUntil: 0,
    reference: bytesToBigint(id.subarray(0, 31)),
    to: request.account,
    toOwner: request.owner,
    toKey: request.key,
    link: null,
  };
}
