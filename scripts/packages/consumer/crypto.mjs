// #region use
import { compress, publicKeyFromSecret, secretKey, sign, verify } from "@cairn/crypto";
import { createFastSignatureVerifier } from "@cairn/crypto/fast";

const secret = secretKey(123_456_789n); // `generateSecretKey()` for one that nobody can guess
const key = publicKeyFromSecret(secret);
const message = compress(1n, 2n, 3n, 4n);
const signature = sign(message, secret);
verify(message, signature, key); // true
const fast = await createFastSignatureVerifier(); // WebAssembly, for many signatures
fast.verify(message, signature, key); // true
// #endregion

/** What the example came to. */
export function run() {
  const accepts = [verify, fast.verify].map((check) =>
    [message, message + 1n].map((one) => check(one, signature, key)),
  );
  return { key: String(key), rx: String(signature.rx), s: String(signature.s), accepts };
}
