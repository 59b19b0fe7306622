import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BATCH_HEADER_BYTES,
  batchCommitment,
  decodeBatchHeader,
  encodeBatchHeader,
  headerOfClaim,
  LAST_CIRCUIT_TYPE,
} from "./batch-header.ts";
import { bytesToHex } from "./bytes.ts";
import { FIELD_MODULUS } from "./constants.ts";

const uint = (bits: number) => fc.bigInt(0n, (1n << BigInt(bits)) - 1n);
const field = fc.bigInt(0n, FIELD_MODULUS - 1n);
const nextIndex = fc.integer({ min: 64, max: 2 ** 24 });
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe("the batch header", () => {
  const header = fc.record({
    circuit: fc.constantFrom("solo16" as const, "solo64" as const, "solo256" as const, "batch" as const),
    dataSource: fc.constantFrom("calldata" as const, "blob" as const),
    firstBlock: uint(64),
    lastBlock: uint(64),
    firstTimestamp: uint(64),
    lastTimestamp: uint(64),
    newNextIndex: nextIndex,
    oldRoot: field,
    newRoot: field,
    newHistory: field,
    blocksRoot: field,
  });

  it("is read as it was written; its commitment depends on it and on both hashes", () => {
    fc.assert(
      fc.property(header, hash, hash, (one, data, payouts) => {
        const bytes = encodeBatchHeader(one);
        expect(bytes).toHaveLength(BATCH_HEADER_BYTES);
        expect(decodeBatchHeader(bytes)).toEqual(one);
        expect(decodeBatchHeader(Buffer.from(bytes))).toEqual(one);
        const other = { ...one, lastBlock: one.lastBlock ^ 1n };
        const commitments = [batchCommitment(one, data, payouts), batchCommitment(other, data, payouts)];
        expect(new Set(commitments.map(bytesToHex)).size).toBe(2);
      }),
    );
  });

  it("of a claim has the claim's blocks and the states around them", () => {
    const before = { root: 5n, nextIndex: 64, history: 6n };
    const after = { root: 7n, nextIndex: 65, history: 8n };
    const times = { firstTimestamp: 3n, lastTimestamp: 4n };
    const claim = { domain: { chainId: 1n, rollup: 2n }, firstBlock: 1n, lastBlock: 2n, ...times, before, after };
    const given = { circuit: "pair", dataSource: "blob", blocksRoot: 9n } as const;
    expect(headerOfClaim(claim, given)).toEqual({
      ...given,
      ...times,
      firstBlock: 1n,
      lastBlock: 2n,
      newNextIndex: 65,
      oldRoot: 5n,
      newRoot: 7n,
      newHistory: 8n,
    });
  });

  it("has every field at its place", () => {
    const given = { circuit: "pair", dataSource: "blob", firstBlock: 1n, lastBlock: 2n } as const;
    const state = { newNextIndex: 5, oldRoot: 6n, newRoot: 7n, newHistory: 8n, blocksRoot: 9n };
    const bytes = encodeBatchHeader({ ...given, firstTimestamp: 3n, lastTimestamp: 4n, ...state });
    const numbers = [1, 2, 3, 4].map((number) => number.toString(16).padStart(16, "0"));
    const words = [6, 7, 8, 9].map((number) => number.toString(16).padStart(64, "0"));
    expect(bytesToHex(bytes)).toBe(`0x0401${numbers.join("")}00000005${words.join("")}`);
  });

  it("is refused when a byte is missing or a field too large", () => {
    const bytes = new Uint8Array(BATCH_HEADER_BYTES);
    expect(() => decodeBatchHeader(bytes.subarray(1))).toThrow(
      expect.objectContaining({ code: "protocol/bad-length" }),
    );
    expect(() => encodeBatchHeader({ ...decodeBatchHeader(bytes), newNextIndex: 2 ** 32 })).toThrow(
      expect.objectContaining({ code: "protocol/out-of-range" }),
    );
  });

  it("names known circuits and sources only", () => {
    const bytes = new Uint8Array(166);
    bytes[0] = Object.keys(LAST_CIRCUIT_TYPE).length;
    expect(() => decodeBatchHeader(bytes)).toThrow(expect.objectContaining({ code: "protocol/unknown-circuit" }));
    bytes.set([3, 2]);
    expect(() => decodeBatchHeader(bytes)).toThrow(expect.objectContaining({ code: "protocol/malformed-data" }));
  });
});
