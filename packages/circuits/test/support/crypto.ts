import { sign } from "@cairn/crypto";
import { createFastCompress, createFastSignatureVerifier } from "@cairn/crypto/fast";
import type { TestCrypto } from "@cairn/testkit";

const { verify } = await createFastSignatureVerifier();

/** The protocol's hash in WebAssembly: attacks rebuild trees, which takes seconds in plain TypeScript. */
export const compress = await createFastCompress();

/** The protocol's own crypto, as fast as a node's. */
export const CRYPTO: TestCrypto = {
  compress,
  sign: (message, { secretKey }) => sign(message, secretKey, compress),
  verify,
};
