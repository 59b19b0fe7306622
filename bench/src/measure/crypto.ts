import { type Compress, sign } from "@cairn/crypto";
import { personOf, REAL_CRYPTO, type TestCrypto } from "@cairn/testkit";
import { measureRate, type Sample } from "../sample.ts";
import { createFastCrypto } from "../workload/crypto.ts";

/** Per second, on one thread. */
export interface CryptoReport {
  readonly compressFast: Sample;
  readonly compressPure: Sample;
  readonly verifyFast: Sample;
  readonly verifyPure: Sample;
  readonly signPure: Sample;
}

/** Times hash and signature on both paths. */
export async function measureCrypto({ isQuick }: { readonly isQuick: boolean }): Promise<CryptoReport> {
  const fast = await createFastCrypto();
  const runs = isQuick ? 3 : 7;
  const scale = isQuick ? 1 : 4;
  const person = personOf("alice");
  const messages = Array.from({ length: 64 }, (_, i) => REAL_CRYPTO.compress(BigInt(i), 1n, 2n, 3n));
  const signatures = messages.map((message) => sign(message, person.secretKey));

  const rate = (count: number, work: () => void): Sample => measureRate({ count, runs, prepare: () => {}, work });
  const verifyRate = (crypto: TestCrypto, count: number): Sample =>
    rate(count, () => {
      for (let i = 0; i < count; i++) {
        const position = i % messages.length;
        const signature = signatures[position];
        if (signature !== undefined) crypto.verify(messages[position] ?? 0n, signature, person.key);
      }
    });
  return {
    compressFast: rate(5000 * scale, () => chain(fast.compress, 5000 * scale)),
    compressPure: rate(1000 * scale, () => chain(REAL_CRYPTO.compress, 1000 * scale)),
    verifyFast: verifyRate(fast, 256 * scale),
    verifyPure: verifyRate(REAL_CRYPTO, 32 * scale),
    signPure: rate(32 * scale, () => {
      for (let i = 0; i < 32 * scale; i++) sign(messages[i % messages.length] ?? 0n, person.secretKey);
    }),
  };
}

/** Each hash needs the one before, so none can be skipped. */
function chain(compress: Compress, length: number): bigint {
  let hash = 1n;
  for (let i = 0; i < length; i++) hash = compress(hash, BigInt(i), 7n, 11n);
  return hash;
}
