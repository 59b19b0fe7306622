import { createFastCompress, createFastSignatureVerifier } from "@cairn/crypto/fast";
import { REAL_CRYPTO, type TestCrypto } from "@cairn/testkit";

/** Hashing and checking by WebAssembly; signing in plain TypeScript, as wallets do. Throws `crypto/no-webassembly`. */
export async function createFastCrypto(): Promise<TestCrypto> {
  const { verify } = await createFastSignatureVerifier();
  return { compress: await createFastCompress(), sign: REAL_CRYPTO.sign, verify };
}
