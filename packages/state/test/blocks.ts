import { type Account, type AccountIndex, accountIndex, FIELD_MODULUS, MAX_ACCOUNTS, tokenId } from "@cairn/protocol";
import fc from "fast-check";
import { applyToOracle, GENESIS, type Oracle } from "./oracle.ts";

/** A block as the tree takes it. */
export interface Block {
  readonly updates: ReadonlyMap<AccountIndex, Account>;
  readonly nextIndex: number;
}

/** Few owners and tokens, so that owners come to have several accounts. */
export const OWNERS = [1n, 2n, 3n, 2n ** 160n - 1n] as const;
export const TOKENS = [0, 1, 2 ** 32 - 1] as const;

const anyOwner = fc.constantFrom(...OWNERS);
const anyToken = fc.constantFrom(...TOKENS).map(tokenId);
const anyNonce = fc.oneof(fc.nat({ max: 3 }), fc.constant(2 ** 40 - 1));
const anyBalance = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }), fc.constantFrom(0n, 2n ** 128n - 1n));
const anyKey = fc.oneof(fc.bigInt({ min: 0n, max: FIELD_MODULUS - 1n }), fc.constantFrom(0n, FIELD_MODULUS - 1n));

const changeable = { nonce: anyNonce, ownerKey: fc.boolean(), balance: anyBalance, key: anyKey };
const anyAccount: fc.Arbitrary<Account> = fc.record({ ...changeable, owner: anyOwner, tokenId: anyToken });
const anyChange = fc.record({ ...changeable, position: fc.nat() });

/** What happens in a block, whatever the state is; {@link blockOn} fits it to one. */
const blockPlan = fc.record({
  created: fc.array(anyAccount, { maxLength: 8 }),
  changed: fc.array(anyChange, { maxLength: 8 }),
});
export type BlockPlan = typeof blockPlan extends fc.Arbitrary<infer Plan> ? Plan : never;

export const blockPlans = fc.array(blockPlan, { minLength: 1, maxLength: 8 });

export function blockOn(state: Oracle, { created, changed }: BlockPlan, leaves: number = MAX_ACCOUNTS): Block {
  const updates = new Map<AccountIndex, Account>();
  const existing = [...state.accounts];
  for (const { position, ...fields } of changed) {
    const found = existing[position % Math.max(existing.length, 1)];
    if (found !== undefined) updates.set(found[0], { ...found[1], ...fields });
  }
  const fitting = created.slice(0, leaves - state.nextIndex);
  fitting.forEach((account, i) => {
    updates.set(accountIndex(state.nextIndex + i), account);
  });
  return { updates, nextIndex: state.nextIndex + fitting.length };
}

/** The states after 0, 1, 2 … blocks of the plans, and the blocks between. */
export function history(plans: readonly BlockPlan[], leaves: number): { states: Oracle[]; blocks: Block[] } {
  const states = [GENESIS];
  const blocks: Block[] = [];
  for (const plan of plans) {
    const state = states[states.length - 1] ?? GENESIS;
    const block = blockOn(state, plan, leaves);
    blocks.push(block);
    states.push(applyToOracle(state, block.updates, block.nextIndex));
  }
  return { states, blocks };
}

/** The accounts from `first` on, `count` of them, with fields that depend on the seed. */
export function someAccounts(first: number, count: number, seed: number): Map<AccountIndex, Account> {
  return new Map(
    Array.from({ length: count }, (_, i) => [
      accountIndex(first + i),
      {
        owner: BigInt((first + i) % 50) + 1n,
        tokenId: tokenId((first + i) % 3),
        nonce: seed,
        ownerKey: seed % 2 === 1,
        balance: BigInt(seed) * 1000n + BigInt(i),
        key: BigInt(first + i),
      },
    ]),
  );
}
