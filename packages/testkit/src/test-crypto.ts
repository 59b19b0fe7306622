import { type Compress, linkContentHash, messageHash, compress as pureCompress, sign, verify } from "@cairn/crypto";
import {
  type Domain,
  FIELD_MODULUS,
  type L2Transaction,
  linkContentWords,
  messageWords,
  type SchnorrSignature,
  type SignedTransaction,
} from "@cairn/protocol";
import type { VerifySignature } from "@cairn/vm";
import type { Person } from "./people.ts";
import type { ModelCrypto } from "./reference-model.ts";

/** Hashing and signing as a test wants them: real, or cheap and worthless. */
export interface TestCrypto {
  readonly compress: Compress;
  readonly sign: (message: bigint, signer: Person) => SchnorrSignature;
  readonly verify: VerifySignature;
}

/** The protocol's own crypto, in plain TypeScript. */
export const REAL_CRYPTO: TestCrypto = {
  compress: pureCompress,
  sign: (message, signer) => sign(message, signer.secretKey),
  verify: (message, signature, key) => verify(message, signature, key),
};

/** A hundred times faster stand-in for tests of rules: the "signature" is message and key, the hash a weighted sum. */
export const FAKE_CRYPTO: TestCrypto = {
  compress: (a, b, c, d) =>
    (a * 0x1000003n + b * 0x10000000001b3n + c * 0x1fffffffffffffn + d * 31n + 7n) % FIELD_MODULUS,
  sign: (message, signer) => ({ rx: message, s: signer.key }),
  verify: (message, signature, key) => signature.rx === message && signature.s === key,
};

/** Signs a well-formed transaction. Throws `protocol/out-of-range`, `protocol/amount-overflow`. */
export function signTransaction(
  transaction: L2Transaction,
  signer: Person,
  domain: Domain,
  crypto: TestCrypto,
): SignedTransaction {
  const message = messageHash(messageWords(transaction, domain), crypto.compress);
  return { transaction, signature: crypto.sign(message, signer) };
}

/** Link content of a well-formed transaction. Throws as {@link signTransaction}. */
export function linkContentOf(transaction: L2Transaction, crypto: TestCrypto): bigint {
  return linkContentHash(linkContentWords(transaction), crypto.compress);
}

/** Provides the reference model's two hash computations. */
export function modelCrypto(domain: Domain, crypto: TestCrypto): ModelCrypto {
  return {
    isSignedBy: ({ transaction, signature }, key) =>
      crypto.verify(messageHash(messageWords(transaction, domain), crypto.compress), signature, key),
    linkContent: (transaction) => linkContentOf(transaction, crypto),
  };
}
