import { accountHash, type Compress } from "@cairn/crypto";
import { createFastCompress } from "@cairn/crypto/fast";
import {
  type AccountIndex,
  accountIndex,
  type BlockNumber,
  blockNumber,
  EMPTY_ACCOUNT,
  MAX_ACCOUNTS,
} from "@cairn/protocol";
import fc from "fast-check";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Block, blockPlans, history, someAccounts } from "../test/blocks.ts";
import { type Oracle, oracleRoot } from "../test/oracle.ts";
import { cleanUpStores, createTestStore, ENGINES, type TestStore } from "../test/stores.ts";
import type { OrderedReader } from "./key-value-store.ts";
import { createPastProver, type PastProver } from "./past-proofs.ts";
import { createStateTree, type StateTree, type StateTreeOptions } from "./state-tree.ts";
import { merkleRoot } from "./tree-shape.ts";

const DEPTH = 4;
const LEAVES = 4 ** DEPTH;
const [FROM_LATER, GONE] = ["state/wrong-block", "state/beyond-retention"].map((code) =>
  expect.objectContaining({ code }),
);
let compress: Compress;

beforeAll(async () => {
  compress = await createFastCompress();
});
afterEach(cleanUpStores);

/** Indices of all past nodes and of the record about them. */
const pastRecords = (store: TestStore): string[] => [...store.contents().keys()].filter((key) => key.startsWith("50"));

describe.each(ENGINES)("proofs in past states on %s", (engine) => {
  const runs = engine === "memory" ? 30 : 10;
  const open = (store: TestStore, options: Partial<StateTreeOptions> = {}): StateTree =>
    createStateTree({ store, compress, retainedBlocks: 100, depth: DEPTH, pastStates: true, ...options });
  const proverOf = (store: TestStore): PastProver => createPastProver({ reader: store, compress, depth: DEPTH });
  const applyAll = (tree: StateTree, blocks: readonly Block[], from = 0): void => {
    blocks.slice(from).forEach(({ updates, nextIndex }, i) => {
      tree.applyBlock(blockNumber(from + i + 1), updates, nextIndex);
    });
  };

  /** The proof of each of some indices leads from the account of the oracle to its root. */
  const expectProofs = (prover: PastProver, state: Oracle | undefined, block: number, indices: number[]): void => {
    if (state === undefined) throw new RangeError("no such state");
    const root = oracleRoot(state, compress, DEPTH);
    for (const index of indices) {
      const { account, siblings } = prover.prove(accountIndex(index), blockNumber(block));
      expect(account).toEqual(state.accounts.get(accountIndex(index)) ?? EMPTY_ACCOUNT);
      const leaf = account.owner === 0n ? 0n : accountHash(account, compress);
      expect(merkleRoot(index, leaf, siblings, compress)).toBe(root);
    }
  };
  const someIndices = fc.array(fc.nat({ max: LEAVES - 1 }), { minLength: 1, maxLength: 6 });
  const withEdges = (indices: readonly number[]): number[] => [...new Set([0, 63, 64, 65, 70, LEAVES - 1, ...indices])];

  it("lead to the root of every block, for accounts that changed, that did not, and that do not exist yet", () => {
    fc.assert(
      fc.property(blockPlans, someIndices, (plans, indices) => {
        const store = createTestStore(engine);
        const { states, blocks } = history(plans, LEAVES);
        applyAll(open(store), blocks);
        const prover = proverOf(store);
        expect(prover.blocks()).toEqual({ from: 0, to: blocks.length });
        states.forEach((state, block) => {
          expectProofs(prover, state, block, withEdges(indices));
        });
      }),
      { numRuns: runs },
    );
  });

  it("follow rolled back blocks and those that come in their place", () => {
    fc.assert(
      fc.property(blockPlans, blockPlans, fc.nat(), someIndices, (plans, others, cut, indices) => {
        const store = createTestStore(engine);
        const first = history(plans, LEAVES);
        const tree = open(store);
        applyAll(tree, first.blocks);
        const target = cut % (first.blocks.length + 1);
        tree.rollbackTo(blockNumber(target));
        const second = history([...plans.slice(0, target), ...others], LEAVES);
        applyAll(tree, second.blocks, target);
        second.states.forEach((state, block) => {
          expectProofs(proverOf(store), state, block, withEdges(indices));
        });
        tree.rollbackTo(blockNumber(0));
        expect(pastRecords(store)).toEqual([]);
      }),
      { numRuns: runs },
    );
  });

  it("are forgotten before a block, two blocks with each new one, and leave nothing behind", () => {
    fc.assert(
      fc.property(blockPlans, fc.nat(), (plans, seed) => {
        const store = createTestStore(engine);
        const { states, blocks } = history([...plans, ...plans], LEAVES);
        const tree = open(store);
        applyAll(tree, blocks.slice(0, plans.length));
        const wanted = seed % (plans.length + 1);
        tree.forgetBefore(blockNumber(wanted));
        applyAll(tree, blocks, plans.length);
        const { from, to } = proverOf(store).blocks();
        expect([from, to]).toEqual([Math.min(wanted, 2 * plans.length), 2 * plans.length]);
        for (let block = from; block <= to; block++) expectProofs(proverOf(store), states[block], block, [64, 66, 90]);
        if (from > 0) expect(() => proverOf(store).prove(accountIndex(64), blockNumber(from - 1))).toThrow(GONE);
        // The last states are forgotten with blocks that change nothing.
        tree.forgetBefore(blockNumber(1000));
        for (let i = 0; i < 2 * plans.length; i++) {
          tree.applyBlock(blockNumber(tree.blockNumber() + 1), new Map(), tree.nextIndex());
        }
        expect(pastRecords(store)).toEqual([]);
      }),
      { numRuns: runs },
    );
  });

  const apply = (tree: StateTree, seed: number, count = 6): BlockNumber => {
    const block = blockNumber(tree.blockNumber() + 1);
    tree.applyBlock(block, someAccounts(64, count, seed), Math.max(tree.nextIndex(), 64 + count));
    return block;
  };

  it("end where blocks can no longer be undone", () => {
    const store = createTestStore(engine);
    const tree = open(store, { retainedBlocks: 2 });
    for (const seed of [1, 2, 3, 4, 5]) apply(tree, seed);
    const prover = proverOf(store);
    expect(prover.blocks()).toEqual({ from: 3, to: 5 });
    expect(prover.prove(accountIndex(64), blockNumber(3)).account.nonce).toBe(3);
    expect(() => prover.prove(accountIndex(64), blockNumber(2))).toThrow(GONE);
    expect(() => prover.prove(accountIndex(64), blockNumber(6))).toThrow(FROM_LATER);
    expect(new Set(pastRecords(store).map((key) => Number.parseInt(key.slice(-16), 16)))).toEqual(new Set([4, 5]));
  });

  it("begin with the first block after several at once", () => {
    const store = createTestStore(engine);
    const tree = open(store);
    apply(tree, 1);
    tree.applyBlocks(blockNumber(4), someAccounts(64, 6, 4), 70);
    expect(pastRecords(store)).toEqual([]);
    apply(tree, 5);
    const prover = proverOf(store);
    expect(prover.blocks()).toEqual({ from: 4, to: 5 });
    expect(prover.prove(accountIndex(64), blockNumber(4)).account.nonce).toBe(4);
  });

  it("continue when the store is opened again", () => {
    const store = createTestStore(engine);
    apply(open(store), 1);
    apply(open(store), 2);
    expect(proverOf(store).blocks()).toEqual({ from: 0, to: 2 });
    expect(proverOf(store).prove(accountIndex(64), blockNumber(1)).account.nonce).toBe(1);
  });

  it("begin anew, without what is left, after blocks that were applied without them", () => {
    const store = createTestStore(engine);
    const tree = open(store);
    for (const seed of [1, 2, 3]) apply(tree, seed);
    // As a version does that knows nothing of past states: it neither writes nor removes their records.
    const older = createTestStore(engine);
    older.write([...store.contents()].map(([key, value]) => ({ key: fromHex(key), value: fromHex(value) })));
    const head = [...store.contents()].find(([key]) => key === "40");
    apply(tree, 4);
    const [, after] = [...store.contents()].find(([key]) => key === "40") ?? [];
    expect(after).not.toBe(head?.[1]);
    older.write(
      [...store.contents()]
        .filter(([key]) => !key.startsWith("50") && key !== "51")
        .map(([key, value]) => ({ key: fromHex(key), value: fromHex(value) })),
    );
    expect(proverOf(older).blocks()).toEqual({ from: 4, to: 4 });
    const again = open(older);
    expect(pastRecords(older)).toEqual([]);
    apply(again, 5);
    expect(proverOf(older).blocks()).toEqual({ from: 4, to: 5 });
    expect(proverOf(older).prove(accountIndex(64), blockNumber(4)).account.nonce).toBe(4);
  });

  it("are removed by a tree that does not keep them", () => {
    const store = createTestStore(engine);
    const tree = open(store);
    for (const seed of [1, 2, 3]) apply(tree, seed);
    expect(pastRecords(store).length).toBeGreaterThan(0);
    const without = open(store, { pastStates: false });
    expect(pastRecords(store)).toEqual([]);
    apply(without, 4);
    expect([...store.contents().keys()].filter((key) => key.startsWith("5"))).toEqual([]);
    expect(proverOf(store).blocks()).toEqual({ from: 4, to: 4 });
  });

  it("are those of before when a write fails", () => {
    const store = createTestStore(engine);
    const tree = open(store);
    apply(tree, 1);
    store.failNextWrite(new TypeError("disk"));
    expect(() => apply(tree, 2)).toThrow("disk");
    expect(proverOf(store).blocks()).toEqual({ from: 0, to: 1 });
    apply(tree, 3);
    expect(proverOf(store).prove(accountIndex(64), blockNumber(1)).account.nonce).toBe(1);
  });
});

describe("the cost of a proof in a past state", () => {
  it("has a bound, whatever strangers made of the accounts around it: 64 that change with every block", async () => {
    const store = createTestStore("lmdb");
    const tree = createStateTree({ store, compress, pastStates: true });
    const count = 64;
    for (let seed = 1; seed <= 40; seed++) {
      tree.applyBlock(blockNumber(seed), someAccounts(64, count, seed), 64 + count);
    }
    let [reads, hashes] = [0, 0];
    const reader: OrderedReader = {
      get: (key) => {
        reads++;
        return store.get(key);
      },
      next: (key) => {
        reads++;
        return store.next(key);
      },
    };
    const counting: Compress = (a, b, c, d) => {
      hashes++;
      return compress(a, b, c, d);
    };
    const prover = createPastProver({ reader, compress: counting });
    [reads, hashes] = [0, 0];
    const { account, siblings } = prover.prove(accountIndex(70), blockNumber(1));
    expect(hashes).toBeLessThanOrEqual(16 + 4 + 1);
    expect(reads).toBeLessThanOrEqual(140);
    expect(account.nonce).toBe(1);
    const first = createStateTree({ store: createTestStore("memory"), compress });
    const root = first.applyBlock(blockNumber(1), someAccounts(64, count, 1), 64 + count);
    expect(merkleRoot(70, accountHash(account, compress), siblings, compress)).toBe(root);
    expect(() => prover.prove(MAX_ACCOUNTS as AccountIndex, blockNumber(1))).toThrow(
      expect.objectContaining({ code: "state/out-of-range" }),
    );
  });
});

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "hex"));
}
