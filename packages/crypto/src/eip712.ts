import {
  assertUint,
  bigintToAddress,
  bigintToBytes,
  bytesToBigint,
  CairnError,
  concatBytes,
  type Domain,
  type Hex,
  hexToBytes,
  isCairnError,
} from "@cairn/protocol";
import { deriveSecretKey } from "./derivation.ts";
import type { CryptoErrorCode } from "./errors.ts";
import type { SecretKey } from "./keys.ts";

/** Text a wallet shows before it signs the message that the L2 key is derived from. */
export const KEY_DERIVATION_STATEMENT =
  "Create your Cairn key. Whoever has this signature controls your Cairn account: sign it only in an application you trust.";

const SALT = "cairn/key-derivation/1";
/** Group order of the curve with which wallets sign. A constant, because the curve itself would weigh on every page. */
const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** EIP-712 message of the key derivation; `domain.chainId` is a number as wallets expect. */
export interface KeyDerivationTypedData {
  readonly domain: {
    readonly name: "Cairn";
    readonly version: "1";
    readonly chainId: number;
    readonly verifyingContract: Hex;
  };
  readonly types: {
    readonly EIP712Domain: readonly { readonly name: string; readonly type: string }[];
    readonly KeyDerivation: readonly { readonly name: string; readonly type: string }[];
  };
  readonly primaryType: "KeyDerivation";
  readonly message: { readonly statement: string; readonly purpose: string };
}

/**
 * The typed data a wallet signs to derive its owner's L2 key for one rollup. Throws `protocol/out-of-range`.
 *
 * @example await wallet.signTypedData(keyDerivationTypedData({ chainId: 1n, rollup }));
 */
export function keyDerivationTypedData(rollup: Domain): KeyDerivationTypedData {
  assertUint("chain id", rollup.chainId, 53);
  return {
    domain: {
      name: "Cairn",
      version: "1",
      chainId: Number(rollup.chainId),
      verifyingContract: bigintToAddress(rollup.rollup),
    },
    types: {
      EIP712Domain: [
        { name: "name", type: "string" },
        { name: "version", type: "string" },
        { name: "chainId", type: "uint256" },
        { name: "verifyingContract", type: "address" },
      ],
      KeyDerivation: [
        { name: "statement", type: "string" },
        { name: "purpose", type: "string" },
      ],
    },
    primaryType: "KeyDerivation",
    message: { statement: KEY_DERIVATION_STATEMENT, purpose: "L2 transaction key" },
  };
}

/**
 * Derives the L2 key for one rollup from a wallet: asks for the same signature twice, compares, and hashes r ‖ low s.
 * Throws `crypto/non-deterministic-wallet`, `crypto/unsupported-wallet-signature`, and what `signTypedData` throws.
 *
 * @example const key = await secretKeyFromWallet(domain, (typedData) => account.signTypedData(typedData));
 */
export async function secretKeyFromWallet(
  rollup: Domain,
  signTypedData: (typedData: KeyDerivationTypedData) => Promise<string>,
): Promise<SecretKey> {
  const typedData = keyDerivationTypedData(rollup);
  const first = normalizeWalletSignature(await signTypedData(typedData));
  const second = normalizeWalletSignature(await signTypedData(typedData));
  if (first.some((byte, i) => byte !== second[i])) {
    throw new CairnError<CryptoErrorCode>(
      "crypto/non-deterministic-wallet",
      "the wallet gave two different signatures of one message",
    );
  }
  return deriveSecretKey(first, SALT, rollup);
}

/**
 * r ‖ low s, 64 bytes, of an ECDSA signature in any form wallets use: 65 bytes with v 0, 1, 27 or 28, or 64 bytes
 * of EIP-2098. The parity is left out: it follows from the rest. Throws `crypto/unsupported-wallet-signature`.
 *
 * @example normalizeWalletSignature(await wallet.signTypedData(typedData)).length // 64
 */
export function normalizeWalletSignature(signature: string): Uint8Array {
  const bytes = parseHex(signature);
  const v = bytes.length === 65 ? (bytes[64] ?? 0) : 0;
  if ((bytes.length !== 64 && bytes.length !== 65) || ![0, 1, 27, 28].includes(v)) throw unsupported();
  const r = bytesToBigint(bytes.subarray(0, 32));
  const word = bytesToBigint(bytes.subarray(32, 64));
  const s = bytes.length === 64 ? BigInt.asUintN(255, word) : word;
  if (r === 0n || r >= SECP256K1_ORDER || s === 0n || s >= SECP256K1_ORDER) throw unsupported();
  return concatBytes(bigintToBytes(r, 32), bigintToBytes(s > SECP256K1_ORDER / 2n ? SECP256K1_ORDER - s : s, 32));
}

function parseHex(signature: string): Uint8Array {
  try {
    return hexToBytes(signature);
  } catch (cause) {
    if (isCairnError(cause)) throw unsupported(cause);
    throw cause;
  }
}

function unsupported(cause?: unknown): CairnError<CryptoErrorCode> {
  return new CairnError("crypto/unsupported-wallet-signature", "the wallet's answer is not an ECDSA signature", {
    cause,
  });
}
