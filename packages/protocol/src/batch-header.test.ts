import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BATCH_HEADER_BYTES,
  type BatchHeader,
  decodeBatchHeader,
  encodeBatchHeader,
  slotsOfCircuit,
} from "./batch-header.ts";
import { bytesToHex } from "./bytes.ts";
import { BLOCK_SIZES, CIRCUIT_TYPE } from "./constants.ts";

const uint = (bits: number) => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n });
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const headers: fc.Arbitrary<BatchHeader> = fc.record({
  slots: fc.constantFrom(...BLOCK_SIZES),
  firstBlock: uint(64),
  lastBlock: uint(64),
  timestamp: uint(64),
  oldRoot: uint(256),
  newRoot: uint(256),
  newNextIndex: uint32,
  l1OperationCount: uint32,
  payoutsHash: fc.uint8Array({ minLength: 32, maxLength: 32 }),
  txRoot: uint(256),
});
const header: BatchHeader = {
  slots: 64,
  firstBlock: 1n,
  lastBlock: 2n,
  timestamp: 3n,
  oldRoot: 4n,
  newRoot: 5n,
  newNextIndex: 6,
  l1OperationCount: 7,
  payoutsHash: new Uint8Array(32).fill(8),
  txRoot: 9n,
};

describe("the bytes of a batch header", () => {
  it("hold every field, in the order of the specification", () => {
    const word = (value: number, bytes: number) => value.toString(16).padStart(bytes * 2, "0");
    const blocks = word(1, 8) + word(2, 8) + word(3, 8);
    const rest = word(4, 32) + word(5, 32) + word(6, 4) + word(7, 4) + "08".repeat(32) + word(9, 32);
    expect(bytesToHex(encodeBatchHeader(header))).toBe(`0x01${blocks}${rest}`);
  });

  it("lead back to the header", () => {
    fc.assert(
      fc.property(headers, (given) => {
        const bytes = encodeBatchHeader(given);
        expect(bytes).toHaveLength(BATCH_HEADER_BYTES);
        expect(decodeBatchHeader(bytes)).toEqual(given);
        expect(decodeBatchHeader(Buffer.from(bytes))).toEqual(given);
      }),
    );
  });

  it("are refused when they are no header", () => {
    const bytes = encodeBatchHeader(header);
    expect(() => decodeBatchHeader(bytes.subarray(1))).toThrow(
      expect.objectContaining({ code: "protocol/bad-length" }),
    );
    bytes[0] = 200;
    expect(() => decodeBatchHeader(bytes)).toThrow(expect.objectContaining({ code: "protocol/unknown-circuit" }));
    expect(() => encodeBatchHeader({ ...header, newNextIndex: 2 ** 32 })).toThrow(
      expect.objectContaining({ code: "protocol/out-of-range" }),
    );
    expect(() => encodeBatchHeader({ ...header, payoutsHash: new Uint8Array(31) })).toThrow(
      expect.objectContaining({ code: "protocol/bad-length" }),
    );
  });

  it("name a circuit by its type", () => {
    for (const slots of BLOCK_SIZES) expect(slotsOfCircuit(CIRCUIT_TYPE[slots])).toBe(slots);
  });
});
