import { type Compress, compress as pureCompress } from "@cairn/crypto";
import { type Account, accountIndex, blockNumber, FIELD_MODULUS, tokenId } from "@cairn/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { someAccounts } from "../test/blocks.ts";
import type { KeyValueStore } from "./key-value-store.ts";
import { createMemoryStore } from "./memory-store.ts";
import {
  accountRecordKey,
  decodeAccount,
  decodeChildren,
  decodeHead,
  decodeUndo,
  encodeAccount,
  encodeChildren,
  encodeHead,
  encodeUndo,
  headRecordKey,
  nodeRecordKey,
  ownerCountKey,
  ownerEntryKey,
  undoRecordKey,
} from "./records.ts";
import { createStateTree } from "./state-tree.ts";

const corrupt = expect.objectContaining({ code: "state/corrupt-store" });
const field = fc.oneof(fc.bigInt({ min: 0n, max: FIELD_MODULUS - 1n }), fc.constantFrom(0n, 1n, FIELD_MODULUS - 1n));
const account: fc.Arbitrary<Account> = fc.record({
  owner: fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 160n - 1n }), fc.constant(2n ** 160n - 1n)),
  tokenId: fc.oneof(fc.nat(), fc.constant(2 ** 32 - 1)).map(tokenId),
  nonce: fc.oneof(fc.integer({ min: 0, max: 2 ** 40 - 1 }), fc.constant(2 ** 40 - 1)),
  ownerKey: fc.boolean(),
  balance: fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }), fc.constant(2n ** 128n - 1n)),
  key: field,
});

describe("records", () => {
  it("keep accounts, nodes, heads and undo records", () => {
    fc.assert(
      fc.property(
        account,
        account,
        fc.tuple(field, field, field, field),
        fc.nat(),
        (first, second, children, block) => {
          expect(decodeAccount(encodeAccount(first))).toEqual(first);
          expect(decodeChildren(encodeChildren(children))).toEqual(children);
          const head = {
            blockNumber: blockNumber(block),
            root: children[0],
            nextIndex: 2 ** 24,
            oldestUndo: block + 1,
          };
          expect(decodeHead(encodeHead(head, 12), 12)).toEqual(head);
          const accounts = new Map([
            [accountIndex(64), first],
            [accountIndex(2 ** 24 - 1), second],
          ]);
          const undo = { nextIndex: 2 ** 24, root: children[1], accounts };
          expect(decodeUndo(encodeUndo(undo))).toEqual(undo);
        },
      ),
    );
  });

  it("have keys that never collide", () => {
    const keys = [
      headRecordKey(),
      ...[0, 1, 255, 256, 2 ** 24 - 1].flatMap((n) => [
        nodeRecordKey(1, n),
        nodeRecordKey(12, n),
        accountRecordKey(n),
        undoRecordKey(n),
        ownerCountKey(BigInt(n)),
        ownerEntryKey(1n, n),
        ownerEntryKey(2n ** 160n - 1n, n),
      ]),
    ];
    expect(new Set(keys.map((key) => key.join())).size).toBe(keys.length);
  });

  it("are refused when short, long or not field elements", () => {
    const full = new Uint8Array(128).fill(255);
    for (const bytes of [new Uint8Array(127), new Uint8Array(129), new Uint8Array(0), full]) {
      expect(() => decodeChildren(bytes)).toThrow(corrupt);
    }
    for (const length of [0, 77, 79]) expect(() => decodeAccount(new Uint8Array(length))).toThrow(corrupt);
    const unknownFlags = new Uint8Array(78);
    unknownFlags[29] = 2;
    expect(() => decodeAccount(unknownFlags)).toThrow(corrupt);
    for (const length of [0, 35, 37, 36 + 80]) expect(() => decodeUndo(new Uint8Array(length))).toThrow(corrupt);
    expect(() => decodeHead(Uint8Array.of(1, 4, 12), 12)).toThrow(corrupt);
  });
});

describe("a store", () => {
  const compress: Compress = pureCompress;
  const depth = 4;
  const open = (store: KeyValueStore): ReturnType<typeof createStateTree> =>
    createStateTree({ store, compress, depth });
  const filled = (): KeyValueStore => {
    const store = createMemoryStore();
    const tree = open(store);
    tree.applyBlock(blockNumber(1), someAccounts(64, 3, 1), 67);
    tree.applyBlock(blockNumber(2), someAccounts(65, 3, 2), 68);
    return store;
  };

  it.each([
    ["another depth", 2],
    ["another arity", 1],
    ["another version", 0],
  ])("of %s is refused", (_, position) => {
    const store = filled();
    const head = store.get(headRecordKey()) ?? new Uint8Array();
    head[position] = 9;
    store.write([{ key: headRecordKey(), value: head }]);
    expect(() => open(store)).toThrow(expect.objectContaining({ code: "state/incompatible-store" }));
  });

  it("whose root is not the hash of its top nodes is refused", () => {
    for (const value of [null, encodeChildren([1n, 2n, 3n, 4n])]) {
      const store = filled();
      store.write([{ key: nodeRecordKey(depth, 0), value }]);
      expect(() => open(store)).toThrow(corrupt);
    }
  });

  it.each<[string, Uint8Array, (tree: ReturnType<typeof open>) => unknown]>([
    ["an account", accountRecordKey(64), (tree) => tree.applyBlock(blockNumber(3), someAccounts(64, 1, 3), 68)],
    ["a created account", accountRecordKey(67), (tree) => tree.rollbackTo(blockNumber(1))],
    ["an undo record", undoRecordKey(2), (tree) => tree.rollbackTo(blockNumber(0))],
    ["an undo record", undoRecordKey(1), (tree) => tree.snapshot(blockNumber(0))],
    ["an owner's list", ownerEntryKey(15n, 0), (tree) => tree.findByOwner(15n)],
    ["an owner's count", ownerCountKey(18n), (tree) => tree.rollbackTo(blockNumber(1))],
    ["a node", nodeRecordKey(1, 16), (tree) => tree.rollbackTo(blockNumber(1))],
  ])("that lost %s says so, and changes nothing", (_, key, use) => {
    const store = filled();
    expect(store.get(key)).toBeDefined();
    store.write([{ key, value: null }]);
    const tree = open(store);
    const root = tree.root();
    expect(() => use(tree)).toThrow(corrupt);
    expect([tree.root(), tree.blockNumber()]).toEqual([root, 2]);
  });
});
