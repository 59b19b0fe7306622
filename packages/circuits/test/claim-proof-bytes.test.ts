import { describe, expect, it } from "vitest";
import { KEY_FIELDS, PROOF_FIELDS } from "../src/build/recursion-key.ts";
import { INNER_CIRCUITS } from "../src/circuits.ts";
import { CLAIM_PROOF_BYTES, decodeClaimProof, encodeClaimProof } from "../src/prove/claim-proof-bytes.ts";
import { sampleBatch } from "./support/sample-batch.ts";

const { claim } = sampleBatch(2);
const proof = Uint8Array.from({ length: 32 * PROOF_FIELDS }, (_, i) => (i % 32 === 0 ? 0 : i % 251));
const key = { hash: 7n, fields: Array.from({ length: KEY_FIELDS }, (_, i) => BigInt(i) << 200n) };

describe("a proof with claim and key as bytes", () => {
  it.each(INNER_CIRCUITS)("of %s is read as it was written", (circuit) => {
    const whole = { circuit, claim, key, proof };
    const bytes = encodeClaimProof(whole);
    expect(bytes).toHaveLength(CLAIM_PROOF_BYTES);
    expect(decodeClaimProof(bytes)).toEqual(whole);
  });

  it("is refused when it is cut, longer, of no circuit, or has an element of the modulus or more", () => {
    const bytes = encodeClaimProof({ circuit: "merge1", claim, key, proof });
    const wide = bytes.slice();
    wide.fill(255, 1 + 32 * 20, 1 + 32 * 21);
    const unknown = bytes.slice();
    unknown[0] = INNER_CIRCUITS.length;
    for (const wrong of [bytes.subarray(1), new Uint8Array(), Uint8Array.of(...bytes, 0), wide, unknown]) {
      expect(() => decodeClaimProof(wrong)).toThrow(expect.objectContaining({ code: "circuits/bad-proof" }));
    }
  });

  it("is refused when a part of the claim is wider than it can be", () => {
    const bytes = encodeClaimProof({ circuit: "merge1", claim, key, proof });
    for (const input of [0, 1, 2, 3, 4, 6, 9]) {
      const wide = bytes.slice();
      wide[1 + 32 * input + 2] = 1;
      expect(() => decodeClaimProof(wide), `input ${input}`).toThrow(
        expect.objectContaining({ code: "protocol/out-of-range" }),
      );
    }
  });
});
