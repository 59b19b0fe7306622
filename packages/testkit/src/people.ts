import { compress, publicKeyFromSecret, type SecretKey, secretKey } from "@cairn/crypto";

/** Someone with an L1 address and an L2 key. */
export interface Person {
  readonly name: string;
  /** L1 address as an integer. */
  readonly owner: bigint;
  readonly secretKey: SecretKey;
  /** x of the public key. */
  readonly key: bigint;
}

const MAX_NAME_LENGTH = 24;

/** The person of this name, always the same; for tests and demonstrations only, anyone can compute the keys. */
export function personOf(name: string): Person {
  const seed = [...name.slice(0, MAX_NAME_LENGTH)].reduce(
    (sum, letter) => sum * 256n + BigInt((letter.codePointAt(0) ?? 0) % 256),
    1n,
  );
  const secret = secretKey(compress(seed, 0n, 0n, 1n));
  const owner = compress(seed, 0n, 0n, 2n) % 2n ** 160n;
  return { name, owner, secretKey: secret, key: publicKeyFromSecret(secret) };
}
