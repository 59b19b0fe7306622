import { liftX } from "@cairn/crypto";
import { bigintToBytes, bytesToBigint, CairnError, concatBytes, type Domain, FIELD_MODULUS } from "@cairn/protocol";
import { sha256 } from "@noble/hashes/sha2.js";
import { fromBase32, toBase32 } from "./base32.ts";
import type { SdkErrorCode } from "./errors.ts";

/** Owner and key of someone who wants to be paid: what the payer signs, so that no node can substitute another key. */
export interface PaymentTarget {
  readonly owner: bigint;
  /** x of the payee's L2 public key; never 0. */
  readonly key: bigint;
}

const PREFIX = "cairn1";
const OWNER_BYTES = 20;
const KEY_BYTES = 32;
const CHECKSUM_BYTES = 4;

/**
 * Whether the text looks like a payment code, valid or not.
 *
 * @example isPaymentCode("0x70997970C51812dc3A010C7d01b50e0d17dc79C8") // false
 */
export function isPaymentCode(text: string): boolean {
  return text.toLowerCase().startsWith(PREFIX);
}

/**
 * Payment code of an owner and key in one rollup: `cairn1` and 90 letters and digits; upper case means the same.
 * Chain and rollup enter the checksum, so that a code is refused everywhere else. Throws `sdk/bad-payment-code`.
 *
 * @example encodePaymentCode({ owner, key: wallet.key }, domain) // "cairn1…"
 */
export function encodePaymentCode(target: PaymentTarget, domain: Domain): string {
  assertTarget(target);
  const body = concatBytes(bigintToBytes(target.owner, OWNER_BYTES), bigintToBytes(target.key, KEY_BYTES));
  return PREFIX + toBase32(concatBytes(body, checksum(body, domain)));
}

/**
 * Owner and key of a payment code of this rollup. Throws `sdk/bad-payment-code`.
 *
 * @example const { owner, key } = parsePaymentCode(code, domain);
 */
export function parsePaymentCode(text: string, domain: Domain): PaymentTarget {
  if (!isPaymentCode(text)) throw bad("a payment code begins with cairn1");
  const bytes = fromBase32(text.trim().toLowerCase().slice(PREFIX.length));
  const bodyBytes = OWNER_BYTES + KEY_BYTES;
  if (bytes?.length !== bodyBytes + CHECKSUM_BYTES)
    throw bad("the payment code is too long, too short, or has invalid characters");
  const body = bytes.subarray(0, bodyBytes);
  if (bytesToBigint(checksum(body, domain)) !== bytesToBigint(bytes.subarray(bodyBytes))) {
    throw bad("the payment code has a wrong checksum: mistyped, or of another rollup");
  }
  const target = {
    owner: bytesToBigint(body.subarray(0, OWNER_BYTES)),
    key: bytesToBigint(body.subarray(OWNER_BYTES)),
  };
  assertTarget(target);
  return target;
}

function assertTarget({ owner, key }: PaymentTarget): void {
  if (owner <= 0n || owner >= 1n << 160n) throw bad("the owner is not an address");
  if (key <= 0n || key >= FIELD_MODULUS || liftX(key) === null) throw bad("the key is not a public key");
}

function checksum(body: Uint8Array, { chainId, rollup }: Domain): Uint8Array {
  const label = new TextEncoder().encode("cairn/payment-code/1");
  const hash = sha256(concatBytes(label, bigintToBytes(chainId, 8), bigintToBytes(rollup, OWNER_BYTES), body));
  return hash.subarray(0, CHECKSUM_BYTES);
}

function bad(message: string): CairnError<SdkErrorCode> {
  return new CairnError("sdk/bad-payment-code", message);
}
