import {
  type AccountIndex,
  type BlockNumber,
  type BlockSize,
  blockNumber,
  type Domain,
  type L1Operation,
  SOLO_SIZES,
  type TransactionGroup,
} from "@cairn/protocol";
import type { BlockContent, BlockOptions } from "@cairn/vm";
import fc from "fast-check";
import { arbitraryL1Draft, toL1Operations } from "./arbitrary-l1-operations.ts";
import { arbitraryState } from "./arbitrary-state.ts";
import { arbitraryGroupDraft, type GroupDraft, toGroup } from "./arbitrary-transactions.ts";
import { type ModelBlock, runReferenceModel, type StateInput } from "./reference-model.ts";
import { modelCrypto, REAL_CRYPTO, type TestCrypto } from "./test-crypto.ts";

/** A state and a queue to make a block from: some of it valid, some not, maybe more than fits. */
export interface BlockInput extends StateInput {
  readonly slotCount: BlockSize;
  readonly domain: Domain;
  readonly blockNumber: BlockNumber;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly minValiditySeconds: number;
  readonly feeAccounts: readonly AccountIndex[];
  readonly l1Operations: readonly L1Operation[];
  readonly groups: readonly TransactionGroup[];
}

/** What {@link arbitraryBlockInput} may generate. */
export interface BlockInputOptions {
  /** 16 by default. */
  readonly slotCount?: BlockSize;
  /** REAL_CRYPTO by default. */
  readonly crypto?: TestCrypto;
  readonly shape?: "dense" | "sparse" | "any";
  /** How many of 100 transactions get a flaw; 25 by default. */
  readonly flawedPercent?: number;
  /** Most groups offered; a few more than the slots by default. */
  readonly maxGroups?: number;
}

/**
 * Any queue on any state that keeps the supply invariant of spec 1.5, signed with `crypto`. Transactions are drawn to
 * fit the state as it will be when their turn comes, so that blocks get full.
 */
export function arbitraryBlockInput(options: BlockInputOptions = {}): fc.Arbitrary<BlockInput> {
  const { slotCount = SOLO_SIZES[0], crypto = REAL_CRYPTO, shape = "any", flawedPercent = 25 } = options;
  return fc
    .record({
      state: arbitraryState(shape),
      l1Drafts: fc.array(arbitraryL1Draft, { maxLength: slotCount / 4 + 2, size: "max" }),
      groupDrafts: arbitraryGroupDrafts(options.maxGroups ?? slotCount + 4, flawedPercent),
      domain: fc.record({ chainId: fc.bigInt(0n, 2n ** 64n - 1n), rollup: fc.bigInt(0n, 2n ** 160n - 1n) }),
      number: fc.integer({ min: 1, max: 2 ** 40 }),
      timestamp: fc.integer({ min: 1, max: 2 ** 32 - 20_000 }),
      minValiditySeconds: fc.constantFrom(0, 0, 0, 120),
      feeAccountCount: fc.constantFrom(0, 1, 2, 3, 4, 4, 4, 4),
    })
    .map(({ state, l1Drafts, groupDrafts, domain, number, timestamp, minValiditySeconds, feeAccountCount }) => {
      const l1Operations = toL1Operations(l1Drafts, state);
      const feeAccounts = firstOfEachToken(state).slice(0, feeAccountCount);
      const offer = { slotCount, timestamp, minValiditySeconds, feeAccounts, l1Operations };
      const groups = fitGroups(groupDrafts, { ...offer, state, domain }, crypto);
      return { ...state, ...offer, domain, blockNumber: blockNumber(number), groups };
    });
}

/** The VM's view of an input: options of its block, and what is offered to it. */
export function blockOptionsOf(input: BlockInput, state: BlockOptions["state"], crypto: TestCrypto): BlockOptions {
  const { domain, slotCount, timestamp, minValiditySeconds, feeAccounts } = input;
  return {
    state,
    domain,
    slotCount,
    blockNumber: input.blockNumber,
    timestamp,
    minValiditySeconds,
    feeAccounts,
    verifySignature: crypto.verify,
    compress: crypto.compress,
  };
}

/** What is offered to the block of an input. */
export function blockContentOf({ l1Operations, groups }: BlockInput): BlockContent {
  return { l1Operations, groups };
}

/** What groups are fitted to. */
export interface FittingSite extends Omit<ModelBlock, "groups" | "feeAccounts" | "slotCount"> {
  readonly state: StateInput;
  readonly domain: Domain;
  readonly slotCount: BlockSize;
  readonly feeAccounts: readonly AccountIndex[];
}

/** Up to `maxLength` drafts of groups, often all of them. */
export function arbitraryGroupDrafts(maxLength: number, flawedPercent: number): fc.Arbitrary<GroupDraft[]> {
  const draft = arbitraryGroupDraft(flawedPercent);
  return fc.oneof(
    fc.array(draft, { maxLength, size: "max" }),
    fc.array(draft, { minLength: maxLength, maxLength, size: "max" }),
  );
}

/** Draws one group after the other on the state that the model says the earlier ones leave. */
export function fitGroups(drafts: readonly GroupDraft[], site: FittingSite, crypto: TestCrypto): TransactionGroup[] {
  const { domain, timestamp, feeAccounts } = site;
  const hashes = modelCrypto(domain, crypto);
  let state = runReferenceModel(site.state, { ...site, groups: [] }, hashes);
  return drafts.map((draft) => {
    const group = toGroup(draft, { state, feeAccounts, timestamp, domain, crypto });
    state = runReferenceModel(state, { ...site, l1Operations: [], groups: [group] }, hashes);
    return group;
  });
}

/** The first account in each token. */
export function firstOfEachToken({ accounts }: StateInput): AccountIndex[] {
  const first = new Map([...accounts].reverse().map(([index, { tokenId }]) => [tokenId, index]));
  return [...first.values()];
}
