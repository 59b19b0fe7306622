import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bytesToHex } from "./bytes.ts";
import { FIELD_MODULUS } from "./constants.ts";
import { CairnError } from "./errors.ts";
import { accountIndex, tokenId } from "./ids.ts";
import {
  decodeL1Operation,
  EMPTY_QUEUE_HASH,
  encodeL1Operation,
  type L1Operation,
  nextQueueHash,
} from "./l1-operation.ts";

const owner = fc.bigInt(1n, 2n ** 160n - 1n);
const index = fc.nat(2 ** 24 - 1).map(accountIndex);
const key = fc.bigInt(1n, FIELD_MODULUS - 1n);

const operations: fc.Arbitrary<L1Operation> = fc.oneof(
  fc.record({
    type: fc.constant("deposit" as const),
    owner,
    tokenId: fc.integer({ min: 0, max: 2 ** 32 - 1 }).map(tokenId),
    amount: fc.bigInt(1n, 2n ** 128n - 1n),
    index,
    key: fc.oneof(key, fc.constant(0n)),
  }),
  fc.record({ type: fc.constant("forcedWithdraw" as const), sender: owner, index }),
  fc.record({ type: fc.constant("setKey" as const), sender: owner, index, key }),
);

const deposit = {
  type: "deposit",
  owner: 1n,
  tokenId: tokenId(2),
  amount: 3n,
  index: accountIndex(64),
  key: 5n,
} as const;

/** Random bytes, and valid records with a few bytes changed. */
const records = fc.oneof(
  fc.uint8Array({ minLength: 76, maxLength: 76 }),
  fc.uint8Array({ maxLength: 90 }),
  fc.tuple(operations, fc.array(fc.tuple(fc.nat(75), fc.nat(255)), { maxLength: 3 })).map(([operation, changes]) => {
    const record = encodeL1Operation(operation);
    for (const [position, value] of changes) record[position] = value;
    return record;
  }),
);

describe("an L1-queue record", () => {
  it("round-trips", () => {
    fc.assert(
      fc.property(operations, (operation) => {
        expect(decodeL1Operation(encodeL1Operation(operation))).toEqual(operation);
      }),
    );
  });

  it("has the layout type, owner, token, amount, index, key", () => {
    const hex = bytesToHex(encodeL1Operation(deposit)).slice(2);
    const fields = [
      hex.slice(0, 2),
      hex.slice(2, 42),
      hex.slice(42, 50),
      hex.slice(50, 82),
      hex.slice(82, 88),
      hex.slice(88),
    ];
    expect(fields.map((field) => Number.parseInt(field, 16))).toEqual([4, 1, 2, 3, 64, 5]);
  });

  it("is refused with a typed error, or comes back to the same bytes", () => {
    fc.assert(
      fc.property(records, (record) => {
        try {
          expect(encodeL1Operation(decodeL1Operation(record))).toEqual(record);
        } catch (error) {
          expect(error).toBeInstanceOf(CairnError);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it.each<[string, L1Operation]>([
    ["no owner", { ...deposit, owner: 0n }],
    ["no amount", { ...deposit, amount: 0n }],
    ["a key that is not a field element", { ...deposit, key: FIELD_MODULUS }],
    ["no new key", { type: "setKey", sender: 1n, index: deposit.index, key: 0n }],
    ["no sender", { type: "forcedWithdraw", sender: 0n, index: deposit.index }],
  ])("is refused with %s", (_, operation) => {
    expect(() => encodeL1Operation(operation)).toThrow(expect.objectContaining({ code: "protocol/malformed-record" }));
  });

  it.each<[string, L1Operation]>([
    ["an owner of 161 bits", { ...deposit, owner: 2n ** 160n }],
    ["an amount of 129 bits", { ...deposit, amount: 2n ** 128n }],
    ["a negative key", { ...deposit, key: -1n }],
  ])("cannot hold %s", (_, operation) => {
    expect(() => encodeL1Operation(operation)).toThrow(expect.objectContaining({ code: "protocol/out-of-range" }));
  });

  it.each([0, 1, 3, 7, 255])("of type %d is refused", (type) => {
    const record = encodeL1Operation(deposit);
    record[0] = type;
    expect(() => decodeL1Operation(record)).toThrow(expect.objectContaining({ code: "protocol/malformed-record" }));
  });

  it.each([
    ["amount", 40],
    ["token", 24],
    ["key", 75],
  ])("of a forced withdrawal carries no %s", (_, position) => {
    const record = encodeL1Operation({ type: "forcedWithdraw", sender: 1n, index: deposit.index });
    record[position] = 1;
    expect(() => decodeL1Operation(record)).toThrow(expect.objectContaining({ code: "protocol/malformed-record" }));
  });
});

describe("the queue hash", () => {
  it("depends on every record and its order", () => {
    const [first, second] = [encodeL1Operation(deposit), encodeL1Operation({ ...deposit, amount: 4n })];
    const chain = (...list: Uint8Array[]) => bytesToHex(list.reduce(nextQueueHash, EMPTY_QUEUE_HASH));
    const hashes = [chain(), chain(first), chain(second), chain(first, second), chain(second, first)];
    expect(new Set(hashes).size).toBe(5);
  });

  it.each([
    [new Uint8Array(31), new Uint8Array(76)],
    [new Uint8Array(32), new Uint8Array(75)],
  ])("refuses wrong lengths", (hash, record) => {
    expect(() => nextQueueHash(hash, record)).toThrow(expect.objectContaining({ code: "protocol/bad-length" }));
  });
});
