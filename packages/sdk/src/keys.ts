import {
  decodeSecretKey,
  encodeSecretKey,
  generateSecretKey,
  type KeyDerivationTypedData,
  publicKeyFromSecret,
  type SecretKey,
  secretKeyFromWallet,
} from "@cairn/crypto";
import { bytesToHex, type Domain, type Hex, hexToBytes } from "@cairn/protocol";
import { askingWallet } from "./requests/wallet-failure.ts";

export { publicKeyFromSecret, type SecretKey };

/**
 * A fresh L2 key from the platform's random generator.
 *
 * @example const wallet = createWallet({ secret: randomKey(), domain });
 */
export function randomKey(): SecretKey {
  return generateSecretKey();
}

/** What signs EIP-712 messages: a viem account, or a wallet behind an adapter. */
export interface TypedDataSigner {
  readonly signTypedData: (typedData: {
    readonly domain: KeyDerivationTypedData["domain"];
    readonly types: Pick<KeyDerivationTypedData["types"], "KeyDerivation">;
    readonly primaryType: KeyDerivationTypedData["primaryType"];
    readonly message: { readonly statement: string; readonly purpose: string };
  }) => Promise<string>;
}

/**
 * Derives the L2 key for one rollup from a wallet's signature; the same wallet always gives the same key. The wallet is
 * asked twice and the answers are compared, because a wallet with random signatures could never reproduce the key.
 * Throws `crypto/non-deterministic-wallet`, `crypto/unsupported-wallet-signature`, `sdk/wallet-refused`, and
 * `sdk/signer-failed` when the wallet fails otherwise.
 *
 * @example const secret = await keyFromSigner(domain, privateKeyToAccount(l1Key));
 */
export function keyFromSigner(domain: Domain, signer: TypedDataSigner): Promise<SecretKey> {
  return secretKeyFromWallet(domain, ({ domain: separator, types, primaryType, message }) =>
    askingWallet("the key derivation", () =>
      signer.signTypedData({ domain: separator, types: { KeyDerivation: types.KeyDerivation }, primaryType, message }),
    ),
  );
}

/** 32 bytes of hex, for storage. See {@link secretKeyFromHex}. */
export function secretKeyToHex(secret: SecretKey): Hex {
  return bytesToHex(encodeSecretKey(secret));
}

/**
 * Inverse of {@link secretKeyToHex}. Throws `crypto/invalid-secret-key`, `protocol/bad-hex`.
 *
 * @example secretKeyFromHex(secretKeyToHex(secret)) === secret // true
 */
export function secretKeyFromHex(hex: string): SecretKey {
  return decodeSecretKey(hexToBytes(hex));
}
