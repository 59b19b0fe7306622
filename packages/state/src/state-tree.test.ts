import { accountHash, type Compress } from "@cairn/crypto";
import { createFastCompress } from "@cairn/crypto/fast";
import { accountIndex, blockNumber, EMPTY_ACCOUNT, FIRST_ACCOUNT_INDEX, type TokenId, tokenId } from "@cairn/protocol";
import fc from "fast-check";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { blockPlans, history, OWNERS, someAccounts, TOKENS } from "../test/blocks.ts";
import { type Oracle, oracleOwned, oracleRoot } from "../test/oracle.ts";
import { cleanUpStores, createTestStore, ENGINES, type TestStore } from "../test/stores.ts";
import { createStateTree, type StateTree } from "./state-tree.ts";
import type { StateView } from "./state-view.ts";
import { genesisRoot, verifyMerkleProof } from "./tree-shape.ts";

const DEPTH = 4;
const LEAVES = 4 ** DEPTH;
const invalidUpdate = expect.objectContaining({ code: "state/invalid-update" });
let compress: Compress;

beforeAll(async () => {
  compress = await createFastCompress();
});
afterEach(cleanUpStores);

describe.each(ENGINES)("state tree on %s", (engine) => {
  const runs = engine === "memory" ? 30 : 10;
  const open = (store: TestStore = createTestStore(engine), retainedBlocks = 100): StateTree =>
    createStateTree({ store, compress, retainedBlocks, depth: DEPTH });

  it("starts as the genesis state", () => {
    const tree = open();
    expect(tree.root()).toBe(genesisRoot(compress, DEPTH));
    expect(tree.nextIndex()).toBe(FIRST_ACCOUNT_INDEX);
    expect([tree.blockNumber(), tree.oldestBlock()]).toEqual([0, 0]);
    expect(tree.getAccount(accountIndex(70))).toBe(EMPTY_ACCOUNT);
    expect(tree.findByOwner(1n)).toEqual([]);
  });

  it("has the root, accounts, owners and proofs of the oracle after every block", () => {
    fc.assert(
      fc.property(blockPlans, (plans) => {
        const tree = open();
        const { states, blocks } = history(plans, LEAVES);
        blocks.forEach(({ updates, nextIndex }, i) => {
          const root = tree.applyBlock(blockNumber(i + 1), updates, nextIndex);
          expect(root).toBe(tree.root());
          expectState(tree, states[i + 1], i + 1);
        });
      }),
      { numRuns: runs },
    );
  });

  it("undoes blocks to the exact stored bytes of a tree built from scratch", () => {
    fc.assert(
      fc.property(blockPlans, fc.nat(), fc.nat(), (plans, cut, again) => {
        const { states, blocks } = history(plans, LEAVES);
        const target = cut % (blocks.length + 1);
        const store = createTestStore(engine);
        const tree = open(store);
        const apply = (to: StateTree, from: number, end: number): void => {
          blocks.slice(from, end).forEach(({ updates, nextIndex }, i) => {
            to.applyBlock(blockNumber(from + i + 1), updates, nextIndex);
          });
        };
        apply(tree, 0, blocks.length);
        expect(tree.rollbackTo(blockNumber(target))).toBe(tree.root());
        expectState(tree, states[target], target);

        const freshStore = createTestStore("memory");
        apply(open(freshStore), 0, target);
        expect(new Map(store.contents())).toEqual(freshStore.contents());

        apply(tree, target, blocks.length);
        const second = again % (blocks.length + 1);
        tree.rollbackTo(blockNumber(second));
        expectState(tree, states[second], second);
      }),
      { numRuns: runs },
    );
  });

  it("shows every retained block in snapshots that later blocks and rollbacks do not touch", () => {
    fc.assert(
      fc.property(blockPlans, fc.nat(), (plans, cut) => {
        const tree = open();
        const { states, blocks } = history(plans, LEAVES);
        const snapshots = [tree.snapshot()];
        blocks.forEach(({ updates, nextIndex }, i) => {
          tree.applyBlock(blockNumber(i + 1), updates, nextIndex);
          snapshots.push(tree.snapshot());
        });
        states.forEach((state, i) => {
          const past = tree.snapshot(blockNumber(i));
          expectState(past, state, i);
          past.close();
        });
        const past = tree.snapshot(blockNumber(cut % states.length));
        tree.rollbackTo(blockNumber(0));
        expectState(past, states[cut % states.length], cut % states.length);
        past.close();
        snapshots.forEach((snapshot, i) => {
          expectState(snapshot, states[i], i);
          snapshot.close();
        });
      }),
      { numRuns: runs },
    );
  });

  it("refuses reads of a closed snapshot", () => {
    const snapshot = open().snapshot();
    snapshot.close();
    expect(() => snapshot.prove(accountIndex(64))).toThrow(expect.objectContaining({ code: "state/store-closed" }));
  });

  it("hashes each changed leaf and each touched node once", () => {
    let calls = 0;
    const counting: Compress = (a, b, c, d) => {
      calls++;
      return compress(a, b, c, d);
    };
    const tree = createStateTree({ store: createTestStore(engine), compress: counting });
    const updates = new Map([...someAccounts(64, 40, 1), ...someAccounts(104, 7, 2)]);
    calls = 0;
    tree.applyBlock(blockNumber(1), updates, 111);
    const nodes = new Set([...updates.keys()].flatMap((index) => ancestors(index, 12)));
    expect(calls).toBe(updates.size + nodes.size);
    calls = 0;
    tree.prove(accountIndex(64));
    tree.snapshot().close();
    expect(calls).toBe(0);
  });

  it("can be reopened where it was", () => {
    const store = createTestStore(engine);
    const tree = open(store);
    tree.applyBlock(blockNumber(1), someAccounts(64, 5, 1), 69);
    tree.applyBlock(blockNumber(2), someAccounts(66, 5, 2), 71);
    const again = open(store);
    expect([again.root(), again.nextIndex(), again.blockNumber()]).toEqual([tree.root(), 71, 2]);
    expect(again.rollbackTo(blockNumber(1))).toBe(again.root());
    expect(again.getAccount(accountIndex(66)).nonce).toBe(1);
  });

  it("fills up to the last leaf and no further", () => {
    const tree = open();
    tree.applyBlock(blockNumber(1), someAccounts(64, LEAVES - 64, 1), LEAVES);
    expect(tree.nextIndex()).toBe(LEAVES);
    const next = blockNumber(2);
    expect(() => tree.applyBlock(next, new Map(), LEAVES + 1)).toThrow(invalidUpdate);
    tree.applyBlock(next, someAccounts(LEAVES - 1, 1, 2), LEAVES);
    expect(tree.getAccount(accountIndex(LEAVES - 1)).nonce).toBe(2);
  });

  it("takes empty blocks and can undo them", () => {
    const tree = open();
    tree.applyBlock(blockNumber(1), new Map(), 64);
    tree.applyBlock(blockNumber(2), new Map(), 64);
    expect(tree.snapshot(blockNumber(1)).root()).toBe(genesisRoot(compress, DEPTH));
    expect(tree.rollbackTo(blockNumber(0))).toBe(genesisRoot(compress, DEPTH));
    expect(tree.blockNumber()).toBe(0);
  });

  describe("retention", () => {
    it("forgets blocks beyond it", () => {
      const store = createTestStore(engine);
      const tree = open(store, 3);
      for (let block = 1; block <= 8; block++) {
        tree.applyBlock(blockNumber(block), someAccounts(64, 2, block), 66);
        expect(tree.oldestBlock()).toBe(Math.max(0, block - 3));
      }
      const beyond = expect.objectContaining({ code: "state/beyond-retention" });
      expect(() => tree.rollbackTo(blockNumber(4))).toThrow(beyond);
      expect(() => tree.snapshot(blockNumber(4))).toThrow(beyond);
      expect([...store.contents().keys()].filter((key) => key.startsWith("30"))).toHaveLength(3);
      tree.rollbackTo(blockNumber(5));
      expect(tree.getAccount(accountIndex(64)).nonce).toBe(5);
      expect(() => tree.rollbackTo(blockNumber(4))).toThrow(beyond);
    });

    it("may be zero", () => {
      const tree = open(createTestStore(engine), 0);
      tree.applyBlock(blockNumber(1), someAccounts(64, 2, 1), 66);
      expect(tree.oldestBlock()).toBe(1);
      expect(() => tree.rollbackTo(blockNumber(0))).toThrow(
        expect.objectContaining({ code: "state/beyond-retention" }),
      );
      expect(tree.rollbackTo(blockNumber(1))).toBe(tree.root());
    });

    it("can change when the tree is opened again", () => {
      const store = createTestStore(engine);
      const wide = open(store, 10);
      for (let block = 1; block <= 6; block++) wide.applyBlock(blockNumber(block), someAccounts(64, 2, block), 66);
      const narrow = open(store, 2);
      narrow.applyBlock(blockNumber(7), new Map(), 66);
      expect(narrow.oldestBlock()).toBe(5);
      expect(() => narrow.snapshot(blockNumber(4))).toThrow(
        expect.objectContaining({ code: "state/beyond-retention" }),
      );
    });
  });

  describe("refuses", () => {
    const first = someAccounts(64, 4, 1);
    const funded = (): { tree: StateTree; store: TestStore } => {
      const store = createTestStore(engine);
      const tree = open(store);
      tree.applyBlock(blockNumber(1), first, 68);
      return { tree, store };
    };
    const account = (seed: number): ReturnType<typeof someAccounts> => someAccounts(64, 1, seed);

    it.each<[string, () => Parameters<StateTree["applyBlock"]>[1], number]>([
      ["a gap among the created accounts", () => someAccounts(69, 1, 2), 70],
      ["a created account without a new next index", () => someAccounts(68, 1, 2), 68],
      ["a new next index without its account", () => new Map(), 69],
      ["a lower next index", () => new Map(), 67],
      ["a next index beyond the leaves", () => new Map(), LEAVES + 1],
      ["a next index that is not an integer", () => new Map(), 68.5],
      ["a reserved index", () => someAccounts(63, 1, 2), 68],
      ["an emptied account", () => new Map([[accountIndex(64), EMPTY_ACCOUNT]]), 68],
      ["a created account without owner", () => new Map([[accountIndex(68), EMPTY_ACCOUNT]]), 69],
      ["another owner of an account", () => change({ owner: 99n }), 68],
      ["another token of an account", () => change({ tokenId: tokenId(9) }), 68],
    ])("%s", (_, updates, nextIndex) => {
      const { tree, store } = funded();
      const before = new Map(store.contents());
      expect(() => tree.applyBlock(blockNumber(2), updates(), nextIndex)).toThrow(invalidUpdate);
      expect(store.contents()).toEqual(before);
      expect(tree.blockNumber()).toBe(1);
      expect(tree.root()).toBe(oracleRoot({ accounts: first, nextIndex: 68 }, compress, DEPTH));
    });

    it("an account with a field out of range", () => {
      const { tree } = funded();
      const [index, valid] = [...account(2)][0] ?? [accountIndex(64), EMPTY_ACCOUNT];
      expect(() => tree.applyBlock(blockNumber(2), new Map([[index, { ...valid, balance: 1n << 128n }]]), 68)).toThrow(
        expect.objectContaining({ code: "protocol/out-of-range" }),
      );
    });

    it.each([0, 1, 3])("block %i after block 1", (block) => {
      const { tree } = funded();
      expect(() => tree.applyBlock(blockNumber(block), new Map(), 68)).toThrow(
        expect.objectContaining({ code: "state/wrong-block" }),
      );
    });

    it("rollbacks and snapshots of blocks to come", () => {
      const { tree } = funded();
      const wrongBlock = expect.objectContaining({ code: "state/wrong-block" });
      expect(() => tree.rollbackTo(blockNumber(2))).toThrow(wrongBlock);
      expect(() => tree.snapshot(blockNumber(2))).toThrow(wrongBlock);
    });

    it.each([LEAVES, -1])("index %i", (index) => {
      const { tree } = funded();
      const outOfRange = expect.objectContaining({ code: "state/out-of-range" });
      const bad = index as ReturnType<typeof accountIndex>;
      expect(() => tree.getAccount(bad)).toThrow(outOfRange);
      expect(() => tree.prove(bad)).toThrow(outOfRange);
    });

    it("an owner that is not an address", () => {
      expect(() => open().findByOwner(1n << 160n)).toThrow(expect.objectContaining({ code: "protocol/out-of-range" }));
    });

    it.each([-1, 1.5, Number.NaN])("to retain %s blocks", (retained) => {
      expect(() => open(createTestStore(engine), retained)).toThrow(
        expect.objectContaining({ code: "state/out-of-range" }),
      );
    });

    it.each([3, 13, 4.5])("depth %s", (depth) => {
      expect(() => createStateTree({ store: createTestStore(engine), compress, depth })).toThrow(
        expect.objectContaining({ code: "state/out-of-range" }),
      );
    });

    function change(fields: object): ReturnType<typeof someAccounts> {
      const [[index, before] = [accountIndex(64), EMPTY_ACCOUNT]] = [...first];
      return new Map([[index, { ...before, ...fields }]]);
    }
  });

  it("stays unchanged when the store cannot write, and can go on", () => {
    const store = createTestStore(engine);
    const tree = open(store);
    tree.applyBlock(blockNumber(1), someAccounts(64, 4, 1), 68);
    const [root, contents] = [tree.root(), new Map(store.contents())];
    for (const attempt of [
      () => tree.applyBlock(blockNumber(2), someAccounts(64, 9, 2), 73),
      () => tree.rollbackTo(blockNumber(0)),
    ]) {
      store.failNextWrite(new RangeError("disk full"));
      expect(attempt).toThrow(RangeError);
      expect([tree.root(), tree.nextIndex(), tree.blockNumber()]).toEqual([root, 68, 1]);
      expect(tree.prove(accountIndex(64)).leafHash).toBe(accountHash(tree.getAccount(accountIndex(64)), compress));
      expect(store.contents()).toEqual(contents);
    }
    tree.applyBlock(blockNumber(2), someAccounts(64, 9, 2), 73);
    expectState(tree, { accounts: someAccounts(64, 9, 2), nextIndex: 73 }, 2);
  });
});

function expectState(view: StateView, state: Oracle | undefined, block: number): void {
  if (state === undefined) expect.unreachable();
  const root = oracleRoot(state, compress, DEPTH);
  expect([view.root(), view.nextIndex(), view.blockNumber()]).toEqual([root, state.nextIndex, block]);
  for (const [index, account] of state.accounts) expect(view.getAccount(index)).toEqual(account);
  for (const index of [0, 63, 64, 65, state.nextIndex, LEAVES - 1].filter((each) => each < LEAVES)) {
    const proof = view.prove(accountIndex(index));
    const account = state.accounts.get(accountIndex(index)) ?? EMPTY_ACCOUNT;
    expect(view.getAccount(accountIndex(index))).toEqual(account);
    expect(proof.leafHash).toBe(accountHash(account, compress));
    expect(verifyMerkleProof(root, index, proof.leafHash, proof.siblings, compress, DEPTH)).toBe(true);
  }
  for (const owner of [...OWNERS, 77n]) {
    expect(view.findByOwner(owner)).toEqual(oracleOwned(state, owner));
    for (const token of TOKENS) {
      expect(view.findByOwner(owner, token as TokenId)).toEqual(oracleOwned(state, owner, token));
    }
    for (const from of [0, 64, 65, 66, 70, state.nextIndex - 1, state.nextIndex]) {
      const indices = [...view.entriesOfOwner(owner, from)].map(({ index }) => index);
      expect(indices).toEqual(oracleOwned(state, owner).filter((index) => index >= from));
    }
  }
}

function ancestors(index: number, depth: number): string[] {
  return Array.from({ length: depth }, (_, i) => `${i + 1}:${Math.floor(index / 4 ** (i + 1))}`);
}
