import { createHash } from "node:crypto";
import { sha256 } from "@noble/hashes/sha2.js";
import { describe, expect, it } from "vitest";
import sha from "../../../vectors/sha.json" with { type: "json" };
import { bytesToBigint, bytesToHex, hexToBytes } from "./bytes.ts";
import { FIELD_MODULUS } from "./constants.ts";
import { type PublicInputFields, publicInput, publicInputPreimage } from "./public-input.ts";

const fields: PublicInputFields = {
  domain: { chainId: 1n, rollup: 2n },
  firstBlock: 3n,
  lastBlock: 4n,
  timestamp: 5n,
  oldRoot: 6n,
  oldNextIndex: 7,
  newRoot: 8n,
  newNextIndex: 9,
  queueHashBefore: new Uint8Array(32).fill(10),
  queueHashAfter: new Uint8Array(32).fill(11),
  l1OperationCount: 12,
  payoutsHash: new Uint8Array(32).fill(13),
  txRoot: 14n,
  feeIndices: new Uint8Array([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 15]),
  dataPoint: 16n,
  dataEvaluation: 17n,
};

describe("the public input", () => {
  it("hashes all fields in order", () => {
    const preimage = publicInputPreimage(fields);
    expect(preimage).toHaveLength(332);
    const widths = [8, 20, 8, 8, 8, 32, 4, 32, 4, 32, 32, 4, 32, 32, 12, 32, 32];
    let offset = 0;
    const values = widths.map((width) => {
      const part = preimage.subarray(offset, offset + width);
      offset += width;
      return part.every((byte) => byte === part[0]) && width === 32 ? Number(part[0]) : Number(bytesToBigint(part));
    });
    expect(values).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]);
  });

  it("is the digest without its first byte, so it is a field element", () => {
    const digest = createHash("sha256").update(publicInputPreimage(fields)).digest();
    expect(publicInput(fields)).toBe(bytesToBigint(digest) % 2n ** 248n);
    expect(publicInput(fields)).toBeLessThan(FIELD_MODULUS);
  });

  it("changes with every field", () => {
    const other = new Uint8Array(32);
    const changes: Partial<PublicInputFields>[] = [
      { domain: { chainId: 2n, rollup: 2n } },
      { domain: { chainId: 1n, rollup: 3n } },
      { firstBlock: 0n },
      { lastBlock: 0n },
      { timestamp: 0n },
      { oldRoot: 0n },
      { oldNextIndex: 0 },
      { newRoot: 0n },
      { newNextIndex: 0 },
      { queueHashBefore: other },
      { queueHashAfter: other },
      { l1OperationCount: 0 },
      { payoutsHash: other },
      { txRoot: 0n },
      { feeIndices: new Uint8Array(12) },
      { dataPoint: 0n },
      { dataEvaluation: 0n },
    ];
    const inputs = [{}, ...changes].map((change) => publicInput({ ...fields, ...change }));
    expect(new Set(inputs).size).toBe(changes.length + 1);
  });

  it.each<[string, Partial<PublicInputFields>]>([
    ["a root that is not a field element", { newRoot: FIELD_MODULUS }],
    ["a txRoot that is not a field element", { txRoot: FIELD_MODULUS }],
    ["a data point of 249 bits", { dataPoint: 2n ** 248n }],
    ["an evaluation that is not a field element", { dataEvaluation: FIELD_MODULUS }],
    ["a next index beyond the tree", { newNextIndex: 2 ** 24 + 1 }],
    ["a block number of 65 bits", { lastBlock: 2n ** 64n }],
    ["a negative count", { l1OperationCount: -1 }],
  ])("cannot hold %s", (_, change) => {
    expect(() => publicInputPreimage({ ...fields, ...change })).toThrow(
      expect.objectContaining({ code: "protocol/out-of-range" }),
    );
  });

  it("takes a full tree", () => {
    expect(publicInputPreimage({ ...fields, newNextIndex: 2 ** 24 })).toHaveLength(332);
  });

  it("cannot hold a hash of 31 bytes", () => {
    expect(() => publicInputPreimage({ ...fields, payoutsHash: new Uint8Array(31) })).toThrow(
      expect.objectContaining({ code: "protocol/bad-length" }),
    );
  });
});

describe("SHA-256", () => {
  it.each(sha.cases)("of $length bytes", ({ input, digest }) => {
    expect(bytesToHex(sha256(hexToBytes(input)))).toBe(digest);
  });
});
