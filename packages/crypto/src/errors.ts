/**
 * Errors thrown by this package. A retry never helps, except that a wallet may sign consistently next time.
 *
 * - `crypto/not-a-field-element`: an input of a hash is not an integer in 0 … r − 1.
 * - `crypto/invalid-secret-key`: a secret key is not in 1 … q − 1, or its bytes have the wrong length.
 * - `crypto/invalid-signature`: signature bytes are not 64 long, or rx or s is outside its range.
 * - `crypto/invalid-customer-id`: a customer is named by a text of another form.
 * - `crypto/weak-entropy`: fewer than 48 random bytes were given for a key.
 * - `crypto/unsupported-wallet-signature`: the wallet's answer is not a 64- or 65-byte ECDSA signature (contract wallets).
 * - `crypto/non-deterministic-wallet`: the wallet signed the same message in two ways; no key can be derived from it.
 * - `crypto/bad-tree-size`: the number of leaves of a tree is not a power of 4.
 * - `crypto/bad-receipt`: a receipt does not lead to the blocks root of its batch, or there is no such cell.
 * - `crypto/no-webassembly`: the platform cannot run the fast path; use the pure functions.
 */
export type CryptoErrorCode =
  | "crypto/not-a-field-element"
  | "crypto/invalid-secret-key"
  | "crypto/invalid-signature"
  | "crypto/invalid-customer-id"
  | "crypto/weak-entropy"
  | "crypto/unsupported-wallet-signature"
  | "crypto/non-deterministic-wallet"
  | "crypto/bad-tree-size"
  | "crypto/bad-receipt"
  | "crypto/no-webassembly";
