import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bigintToBytes, bytesToBigint, concatBytes } from "./bytes.ts";
import { FIELD_MODULUS, publishedDataBytes } from "./constants.ts";
import { bindPublishedData, dataEvaluationPoint, evaluateDataWords, publishedDataWords } from "./data-evaluation.ts";
import { dataHash, trimPublishedData } from "./published-data.ts";

const field = fc.bigInt(0n, FIELD_MODULUS - 1n);
const FIRST_KEY = 12 + 16 * 13 + 20;

/** Any bytes of a block of 16 slots whose keys are field elements. */
const published = fc.uint8Array({ minLength: 428, maxLength: 428 }).map((bytes) => {
  for (let at = FIRST_KEY; at < bytes.length; at += 52) bytes[at] = (bytes[at] ?? 0) & 0x1f;
  return bytes;
});

describe("binding published data", () => {
  it("takes the words in order: 13 bytes a slot, then owner and key of each extra", () => {
    const bytes = Uint8Array.from({ length: publishedDataBytes(16) }, (_, i) =>
      i >= FIRST_KEY && (i - FIRST_KEY) % 52 === 0 ? 1 : i % 251,
    );
    const words = publishedDataWords(16, bytes);
    expect(words).toHaveLength(24);
    expect(words[0]).toBe(bytesToBigint(bytes.subarray(12, 25)));
    expect(words[15]).toBe(bytesToBigint(bytes.subarray(207, 220)));
    expect(words[16]).toBe(bytesToBigint(bytes.subarray(220, 240)));
    expect(words[17]).toBe(bytesToBigint(bytes.subarray(240, 272)));
    expect(words[23]).toBe(bytesToBigint(bytes.subarray(396, 428)));
  });

  it("evaluates at a point that follows from the bytes and txRoot", () => {
    fc.assert(
      fc.property(published, field, (bytes, txRoot) => {
        const binding = bindPublishedData(16, bytes, txRoot);
        const digest = createHash("sha256").update(dataHash(16, bytes)).update(bigintToBytes(txRoot, 32)).digest();
        expect(binding.dataPoint).toBe(bytesToBigint(digest) % 2n ** 248n);
        expect(binding.dataPoint).toBe(dataEvaluationPoint(dataHash(16, bytes), txRoot));
        const terms = publishedDataWords(16, bytes).map((word, k) => word * binding.dataPoint ** BigInt(k));
        expect(binding.dataEvaluation).toBe(terms.reduce((sum, term) => sum + term, 0n) % FIELD_MODULUS);
        expect(binding.feeIndices).toEqual(bytes.slice(0, 12));
        expect(bindPublishedData(16, trimPublishedData(bytes), txRoot)).toEqual(binding);
      }),
      { numRuns: 50 },
    );
  });

  it("changes with every published byte", () => {
    fc.assert(
      fc.property(published, fc.nat(427), fc.integer({ min: 1, max: 31 }), (bytes, at, flip) => {
        const other = bytes.map((byte, i) => (i === at ? byte ^ flip : byte));
        fc.pre(publishedDataWords(16, bytes).every((word) => word < FIELD_MODULUS));
        const [before, after] = [bytes, other].map((data) => bindPublishedData(16, data, 1n));
        expect(after).not.toEqual(before);
        expect(after?.dataPoint).not.toBe(before?.dataPoint);
      }),
    );
  });

  it("refuses a key published as x + r, which would be another byte string for the same polynomial", () => {
    const bytes = concatBytes(new Uint8Array(FIRST_KEY), bigintToBytes(5n + FIELD_MODULUS, 32));
    expect(() => bindPublishedData(16, bytes, 1n)).toThrow(
      expect.objectContaining({ code: "protocol/malformed-data" }),
    );
  });

  it("refuses more bytes than a block has", () => {
    expect(() => bindPublishedData(16, new Uint8Array(429), 1n)).toThrow(
      expect.objectContaining({ code: "protocol/bad-length" }),
    );
  });

  it("evaluates the empty polynomial to 0", () => {
    expect(evaluateDataWords([], 5n)).toBe(0n);
    expect(bindPublishedData(16, new Uint8Array(), 1n).dataEvaluation).toBe(0n);
  });
});
