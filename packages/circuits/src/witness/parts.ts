import { type Compress, findSigningPoint, secretKey, sign } from "@cairn/crypto";
import {
  type Account,
  bigintToBytes,
  CairnError,
  FLOAT_EXPONENT_BITS,
  FLOAT16_MANTISSA_BITS,
  FLOAT40_MANTISSA_BITS,
  INDEX_BITS,
  type L1Operation,
  type Payout,
  payoutEntry,
  type SchnorrSignature,
  WORD_BITS,
} from "@cairn/protocol";
import type { CircuitsErrorCode } from "../errors.ts";
import type {
  ExtraWitness,
  FloatWitness,
  IndexWitness,
  L1Witness,
  LeafWitness,
  PayoutWitness,
  SignatureWitness,
} from "./types.ts";

const LIMB = 1n << 128n;
const OWNER_LOW_BITS = 56;

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

/** The signature that unsigned slots verify: message 0 under the secret key 1 (spec 6.2 D). */
export function unsignedSignature(compress: Compress): SignatureWitness {
  return signatureWitness(0n, sign(0n, secretKey(1n), compress), 1n, compress);
}

/**
 * An L1 operation as the circuit takes it; zeros for none.
 *
 * @example l1Witness({ type: "forcedWithdraw", sender: 1n, index: accountIndex(64) }).isForcedWithdraw // true
 */
export function l1Witness(operation: L1Operation | null): L1Witness {
  const isDeposit = operation?.type === "deposit";
  return {
    isDeposit,
    isForcedWithdraw: operation?.type === "forcedWithdraw",
    isSetKey: operation?.type === "setKey",
    owner: operation === null ? 0n : operation.type === "deposit" ? operation.owner : operation.sender,
    tokenId: isDeposit ? BigInt(operation.tokenId) : 0n,
    amount: isDeposit ? operation.amount : 0n,
    index: BigInt(operation?.index ?? 0),
    key: operation === null || operation.type === "forcedWithdraw" ? 0n : operation.key,
  };
}

/**
 * The parts of an extra. A key of 2^254 or more has parts that no circuit accepts.
 *
 * @example extraWitness(1n, 5n).keyLow // 5n
 */
export function extraWitness(owner: bigint, key: bigint): ExtraWitness {
  return {
    ownerHigh: owner >> BigInt(OWNER_LOW_BITS),
    ownerLow: BigInt.asUintN(OWNER_LOW_BITS, owner),
    keyHigh: key >> BigInt(2 * WORD_BITS),
    keyMiddle: BigInt.asUintN(WORD_BITS, key >> BigInt(WORD_BITS)),
    keyLow: BigInt.asUintN(WORD_BITS, key),
  };
}

/** A payout as the circuit takes it; zeros for none. */
export function payoutWitness(payout: Payout | null): PayoutWitness {
  const [target, amount] = payout === null ? [0n, 0n] : payoutEntry(payout);
  return { target, amount };
}

function floatWitness(encoded: number, mantissaBits: number): FloatWitness {
  const base = 2 ** mantissaBits;
  return { exponent: bitsOf(Math.floor(encoded / base), FLOAT_EXPONENT_BITS), mantissa: BigInt(encoded % base) };
}

function bitsOf(value: number, count: number): boolean[] {
  return Array.from({ length: count }, (_, i) => Math.floor(value / 2 ** i) % 2 === 1);
}
