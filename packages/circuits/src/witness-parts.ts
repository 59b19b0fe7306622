import { type Compress, findSigningPoint, secretKey, sign } from "@cairn/crypto";
import {
  type Account,
  bigintToBytes,
  bytesToNumber,
  CairnError,
  encodeL1Operation,
  FLOAT_EXPONENT_BITS,
  FLOAT16_MANTISSA_BITS,
  FLOAT40_MANTISSA_BITS,
  INDEX_BITS,
  type L1Operation,
  PAYOUT_BYTES,
  type Payout,
  QUEUE_RECORD_BYTES,
  type SchnorrSignature,
} from "@cairn/protocol";
import type { CircuitsErrorCode } from "./errors.ts";
import type {
  ExtraWitness,
  FloatWitness,
  IndexWitness,
  LeafWitness,
  RecordWitness,
  SignatureWitness,
} from "./witness-types.ts";

const LIMB = 1n << 128n;

/** Big-endian 32-bit words of bytes whose length is a multiple of 4. */
export function bytesToWords(bytes: Uint8Array): number[] {
  return Array.from({ length: bytes.length / 4 }, (_, i) => bytesToNumber(bytes.subarray(4 * i, 4 * i + 4)));
}

/** Big-endian 32-bit words of an unsigned integer. Throws `protocol/out-of-range`. */
export function bigintToWords(value: bigint, words: number): number[] {
  return bytesToWords(bigintToBytes(value, 4 * words));
}

/** Decomposition of a leaf index. */
export function indexWitness(index: number): IndexWitness {
  return { bits: bitsOf(index, INDEX_BITS), bytes: [...bigintToBytes(BigInt(index), 3)].map(BigInt) };
}

/** Leaf fields of an account. */
export function leafWitness(account: Account): LeafWitness {
  return {
    owner: account.owner,
    tokenId: BigInt(account.tokenId),
    nonce: BigInt(account.nonce),
    ownerKey: account.ownerKey ? 1n : 0n,
    balance: account.balance,
    key: account.key,
  };
}

/** Parts of an encoded amount. */
export function float40Witness(encoded: number): FloatWitness {
  return floatWitness(encoded, FLOAT40_MANTISSA_BITS);
}

/** Parts of an encoded fee. */
export function float16Witness(encoded: number): FloatWitness {
  return floatWitness(encoded, FLOAT16_MANTISSA_BITS);
}

/** Signature with the y for which it verifies. Throws `circuits/inconsistent-trace` when it is invalid. */
export function signatureWitness(
  message: bigint,
  signature: SchnorrSignature,
  key: bigint,
  compress: Compress,
): SignatureWitness {
  const point = findSigningPoint(message, signature, key, compress);
  if (point === null) {
    throw new CairnError<CircuitsErrorCode>("circuits/inconsistent-trace", "a signature does not verify", {
      details: { message: message.toString(), key: key.toString() },
    });
  }
  return { rx: signature.rx, sLow: signature.s % LIMB, sHigh: signature.s / LIMB, keyY: point.y };
}

/** The signature that unsigned slots verify: message 0 under the secret key 1 (spec 6.1 D). */
export function unsignedSignature(compress: Compress): SignatureWitness {
  return signatureWitness(0n, sign(0n, secretKey(1n), compress), 1n, compress);
}

/** The record of an L1 operation; zeros for none. */
export function recordWitness(operation: L1Operation | null): RecordWitness {
  const bytes = operation === null ? new Uint8Array(QUEUE_RECORD_BYTES) : encodeL1Operation(operation);
  return {
    isDeposit: operation?.type === "deposit",
    isForcedWithdraw: operation?.type === "forcedWithdraw",
    isSetKey: operation?.type === "setKey",
    words: bytesToWords(bytes),
    ownerLow: bytes[20] ?? 0,
    tokenIdLow: bytes[24] ?? 0,
    amountLow: bytes[40] ?? 0,
  };
}

/** One extra: owner or recipient, and key. */
export function extraWitness(owner: bigint, key: bigint): ExtraWitness {
  return { owner, key };
}

/** Words of one payout record; zeros for none. */
export function payoutWords(payout: Payout | null): number[] {
  if (payout === null) return bytesToWords(new Uint8Array(PAYOUT_BYTES));
  return [...bigintToWords(payout.recipient, 5), payout.tokenId, ...bigintToWords(payout.amount, 4)];
}

function floatWitness(encoded: number, mantissaBits: number): FloatWitness {
  const base = 2 ** mantissaBits;
  return { exponent: bitsOf(Math.floor(encoded / base), FLOAT_EXPONENT_BITS), mantissa: BigInt(encoded % base) };
}

function bitsOf(value: number, count: number): boolean[] {
  return Array.from({ length: count }, (_, i) => Math.floor(value / 2 ** i) % 2 === 1);
}
