import {
  type Account,
  type AccountIndex,
  type BlockSize,
  blockCapacity,
  blockNumber,
  type Domain,
  FIRST_ACCOUNT_INDEX,
  SOLO_SIZES,
} from "@cairn/protocol";
import { createMemoryStore, createStateTree, type StateTree } from "@cairn/state";
import { createBlockBuilder } from "@cairn/vm";
import fc from "fast-check";
import { arbitraryGroupDrafts, firstOfEachToken, fitGroups } from "./arbitrary-block.ts";
import { arbitraryL1Draft, type L1Draft, toL1Operations } from "./arbitrary-l1-operations.ts";
import type { GroupDraft } from "./arbitrary-transactions.ts";
import type { StateInput } from "./reference-model.ts";
import type { ScenarioBlock } from "./scenario.ts";
import { FAKE_CRYPTO, type TestCrypto } from "./test-crypto.ts";

/** A rollup's life from genesis. */
export interface History {
  readonly domain: Domain;
  readonly blocks: readonly ScenarioBlock[];
  /** The accounts after each block. */
  readonly states: readonly StateInput[];
  /** After the last block. */
  readonly tree: StateTree;
}

/** What {@link arbitraryHistory} may generate. */
export interface HistoryOptions {
  readonly maxBlocks: number;
  /** Sizes that blocks may have, 16 by default. */
  readonly sizes?: readonly BlockSize[];
  /** FAKE_CRYPTO by default. */
  readonly crypto?: TestCrypto;
  /** How many of 100 transactions get a flaw, so that they stay out; 5 by default. */
  readonly flawedPercent?: number;
}

interface BlockDraft {
  readonly slotCount: BlockSize;
  readonly l1Drafts: readonly L1Draft[];
  readonly groupDrafts: readonly GroupDraft[];
  readonly feeAccountCount: number;
  readonly secondsLater: number;
}

const START_TIME = 1_700_000_000;

/** Blocks from genesis on, each with any queue entries and any transactions that fit the state it meets. */
export function arbitraryHistory(options: HistoryOptions): fc.Arbitrary<History> {
  const { maxBlocks, sizes = SOLO_SIZES.slice(0, 1), crypto = FAKE_CRYPTO, flawedPercent = 5 } = options;
  const draft = fc.constantFrom(...sizes).chain((slotCount) =>
    fc.record({
      slotCount: fc.constant(slotCount),
      l1Drafts: fc.array(arbitraryL1Draft, { maxLength: blockCapacity(slotCount), size: "max" }),
      groupDrafts: arbitraryGroupDrafts(slotCount / 2, flawedPercent),
      feeAccountCount: fc.nat(4),
      secondsLater: fc.nat(100),
    }),
  );
  const domain = fc.record({ chainId: fc.bigInt(1n, 2n ** 53n - 1n), rollup: fc.bigInt(1n, 2n ** 160n - 1n) });
  const drafts = fc.array(draft, { minLength: 1, maxLength: maxBlocks, size: "max" });
  return fc.tuple(domain, drafts).map(([at, list]) => live(at, list, crypto));
}

function live(domain: Domain, drafts: readonly BlockDraft[], crypto: TestCrypto): History {
  const tree = createStateTree({ store: createMemoryStore(), compress: crypto.compress });
  const blocks: ScenarioBlock[] = [];
  const states: StateInput[] = [];
  let state: StateInput = { accounts: new Map<AccountIndex, Account>(), nextIndex: FIRST_ACCOUNT_INDEX };
  let timestamp = START_TIME;
  for (const { slotCount, l1Drafts, groupDrafts, feeAccountCount, secondsLater } of drafts) {
    timestamp += secondsLater;
    const l1Operations = toL1Operations(l1Drafts, state);
    const feeAccounts = firstOfEachToken(state).slice(0, feeAccountCount);
    const offer = { slotCount, timestamp, minValiditySeconds: 0, feeAccounts, l1Operations };
    const builder = createBlockBuilder({
      state: tree,
      domain,
      slotCount,
      blockNumber: blockNumber(blocks.length + 1),
      timestamp,
      feeAccounts,
      verifySignature: crypto.verify,
      compress: crypto.compress,
    });
    for (const operation of l1Operations) builder.addL1Operation(operation);
    for (const group of fitGroups(groupDrafts, { ...offer, state, domain }, crypto)) builder.addGroup(group);
    const block = builder.seal();
    const oldRoot = tree.root();
    const newRoot = tree.applyBlock(block.blockNumber, block.updates, block.newNextIndex);
    blocks.push({ block, oldRoot, newRoot, l1Operations });
    state = { accounts: new Map([...state.accounts, ...block.updates]), nextIndex: block.newNextIndex };
    states.push(state);
  }
  return { domain, blocks, states, tree };
}
