import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Account, type AccountIndex, accountIndex, blockNumber, FIRST_ACCOUNT_INDEX } from "@cairn/protocol";
import { createMemoryStore, createStateTree, type KeyValueStore, type StateTree } from "@cairn/state";
import { createLmdbStore } from "@cairn/state/lmdb";
import { personOf } from "@cairn/testkit";
import { measureRate, type Sample } from "../sample.ts";
import { createFastCrypto } from "../workload/crypto.ts";
import { fundedAccount } from "../workload/memory-rollup.ts";

/** Accounts that a full block of 256 transfers changes, without the fee accounts. */
const BLOCK_UPDATES = 512;
const CREATED_AT_ONCE = 8192;

/** Account updates per second on one thread; every update set is one block, durable on return. */
export interface StateReport {
  readonly accounts: number;
  readonly blockUpdates: number;
  readonly bulkUpdates: number;
  readonly memory: StateRates;
  readonly lmdb: StateRates;
}

/** Updates per second of accounts spread over the tree. */
export interface StateRates {
  readonly block: Sample;
  readonly bulk: Sample;
}

/** Times block updates of the state tree on both stores. */
export async function measureState({ isQuick }: { readonly isQuick: boolean }): Promise<StateReport> {
  const { compress } = await createFastCrypto();
  const accounts = isQuick ? 8192 : 131_072;
  const bulkUpdates = isQuick ? 4096 : 16_384;
  const measureStore = async (store: KeyValueStore): Promise<StateRates> => {
    const tree = createStateTree({ store, compress, retainedBlocks: 16 });
    fill(tree, accounts);
    const rates = {
      block: rateOfUpdates(tree, accounts, BLOCK_UPDATES, isQuick ? 5 : 20),
      bulk: rateOfUpdates(tree, accounts, bulkUpdates, isQuick ? 3 : 5),
    };
    await tree.close();
    return rates;
  };
  const dir = await mkdtemp(join(tmpdir(), "cairn-bench-"));
  try {
    return {
      accounts,
      blockUpdates: BLOCK_UPDATES,
      bulkUpdates,
      memory: await measureStore(createMemoryStore()),
      lmdb: await measureStore(createLmdbStore({ path: dir })),
    };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function fill(tree: StateTree, accounts: number): void {
  const account = fundedAccount(personOf("alice"));
  for (let first = 0; first < accounts; first += CREATED_AT_ONCE) {
    const created = Array.from(
      { length: Math.min(CREATED_AT_ONCE, accounts - first) },
      (_, i): [AccountIndex, Account] => [accountIndex(FIRST_ACCOUNT_INDEX + first + i), account],
    );
    tree.applyBlock(blockNumber(tree.blockNumber() + 1), new Map(created), tree.nextIndex() + created.length);
  }
}

function rateOfUpdates(tree: StateTree, accounts: number, count: number, runs: number): Sample {
  return measureRate({
    count,
    runs,
    prepare: (run) => scatteredUpdates(tree, accounts, count, run),
    work: (updates) => tree.applyBlock(blockNumber(tree.blockNumber() + 1), updates, tree.nextIndex()),
  });
}

/**
 * Distinct accounts all over the tree, different ones in each run: an odd stride visits every residue of a power of
 * two.
 */
function scatteredUpdates(
  tree: StateTree,
  accounts: number,
  count: number,
  run: number,
): ReadonlyMap<AccountIndex, Account> {
  const stride = 40_503;
  return new Map(
    Array.from({ length: count }, (_, i): [AccountIndex, Account] => {
      const index = accountIndex(FIRST_ACCOUNT_INDEX + (((i + run * 7919) * stride) % accounts));
      const account = tree.getAccount(index);
      return [index, { ...account, balance: account.balance + 1n, nonce: account.nonce + 1 }];
    }),
  );
}
