import { deriveSecretKey, type SecretKey } from "@cairn/crypto";
import type { Domain } from "@cairn/protocol";
import { sha256 } from "@noble/hashes/sha2.js";
import { sdkError } from "../errors.ts";

const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const PRF_INPUT = "cairn/passkey/1";
const SALT = "cairn/passkey-key/1";
/** What every authenticator answers. */
const PRF_BYTES = 32;

/** Extension inputs of WebAuthn that ask a passkey for its PRF. */
export interface PrfExtension {
  readonly prf: { readonly eval: { readonly first: Uint8Array } };
}

/**
 * The extension to put into `navigator.credentials.create` and `.get`. The same passkey answers it with the same 32
 * bytes, on every device that has it.
 *
 * @example
 * const publicKey = { challenge, rpId, userVerification: "required", extensions: prfExtension() };
 * const credential = await navigator.credentials.get({ publicKey });
 */
export function prfExtension(): PrfExtension {
  return { prf: { eval: { first: sha256(text(PRF_INPUT)) } } };
}

/**
 * The PRF's 32 bytes out of `credential.getClientExtensionResults()`. They are a secret: hand them to a vault, with
 * their buffer transferred, and keep no copy. Throws `sdk/signer-failed` when the passkey has no PRF.
 *
 * @example await vault.ask({ op: "passkey", domain, prf }, [prf.buffer]);
 */
export function prfOf(extensionResults: unknown): Uint8Array {
  const first = ["prf", "results", "first"].reduce<unknown>(
    (value, name) => (typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined),
    extensionResults,
  );
  const bytes = bytesOf(first);
  if (bytes?.length === PRF_BYTES) return bytes;
  throw sdkError("sdk/signer-failed", "this passkey cannot make keys: it has no PRF; use another kind of key");
}

/**
 * The L2 key that a passkey has in one rollup. Throws `crypto/weak-entropy`, `sdk/signer-failed`.
 *
 * @example const signer = secretSigner(secretFromPrf(prf, domain));
 */
export function secretFromPrf(prf: Uint8Array, domain: Domain): SecretKey {
  if (prf.length !== PRF_BYTES) throw sdkError("sdk/signer-failed", `a PRF of ${prf.length} bytes, expected 32`);
  return deriveSecretKey(prf, SALT, domain);
}

function bytesOf(value: unknown): Uint8Array | null {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return ArrayBuffer.isView(value) ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength) : null;
}
