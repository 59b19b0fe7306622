import {
  type Compress,
  messageHash,
  publicKeyFromSecret,
  compress as pureCompress,
  type SecretKey,
  sign,
  verify,
} from "@cairn/crypto";
import { type Domain, type L2Transaction, messageWords, type SchnorrSignature } from "@cairn/protocol";
import { bigintToWord } from "@cairn/rpc";
import { sdkError } from "../errors.ts";
import type { SignedWithId } from "../wallet.ts";

/**
 * Why something is to be signed: a payment, a payment to L1, half of a swap, a transfer of 0 that uses a nonce up, or a
 * transfer of 0 that cannot run, which asks for a payment.
 */
export type SigningPurpose = "transfer" | "withdraw" | "swap" | "fill" | "request";

/** What is to be signed, whole: a signer hashes it itself and can read what it signs. */
export interface SigningRequest {
  readonly domain: Domain;
  readonly transaction: L2Transaction;
  readonly purpose: SigningPurpose;
}

/**
 * Whoever signs with an L2 key: a value in memory, a worker, a device. It reveals the public key and signatures, never
 * the secret, in answers, in errors or otherwise.
 */
export interface Signer {
  /** x of the public key. */
  readonly key: bigint;
  /** May ask its user, and may refuse by throwing. */
  readonly sign: (request: SigningRequest) => Promise<SchnorrSignature>;
}

/**
 * A signer that holds the secret in memory: for servers and tests. In a page, use one in a worker.
 *
 * @example const signer = secretSigner(randomKey());
 */
export function secretSigner(secret: SecretKey, compress: Compress = pureCompress): Signer {
  return {
    key: publicKeyFromSecret(secret),
    sign: async ({ domain, transaction }) =>
      sign(messageHash(messageWords(transaction, domain), compress), secret, compress),
  };
}

/**
 * Has a transaction signed, and verifies the signature. Throws `sdk/signature-check-failed`, and what the signer throws.
 *
 * @example const { id } = await signWith(signer, { domain, transaction, purpose: "transfer" });
 */
export async function signWith(
  signer: Signer,
  request: SigningRequest,
  compress: Compress = pureCompress,
): Promise<SignedWithId> {
  const message = messageHash(messageWords(request.transaction, request.domain), compress);
  const signature = await signer.sign(request);
  if (!verify(message, signature, signer.key, compress))
    throw sdkError("sdk/signature-check-failed", "the signer's answer is not a signature of what was asked for");
  return { id: bigintToWord(message), transaction: request.transaction, signature };
}
