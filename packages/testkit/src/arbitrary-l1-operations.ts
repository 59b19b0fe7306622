import {
  type AccountIndex,
  accountIndex,
  FIELD_MODULUS,
  type L1Operation,
  MAX_ACCOUNTS,
  type TokenId,
} from "@cairn/protocol";
import fc from "fast-check";
import { arbitraryAmount, PEOPLE, TOKENS } from "./arbitrary-state.ts";
import type { Person } from "./people.ts";
import type { StateInput } from "./reference-model.ts";

/** An L1 operation before it is fitted to a state. */
export interface L1Draft {
  readonly type: L1Operation["type"];
  readonly person: Person;
  readonly tokenId: TokenId;
  readonly amount: bigint;
  readonly key: bigint;
  readonly target: Target;
  /** Take owner and token from the target when it is assigned. */
  readonly isMatching: boolean;
}

type Target =
  | { readonly type: "assigned"; readonly pick: number }
  | { readonly type: "index"; readonly index: AccountIndex | "next" };

const arbitraryKey: fc.Arbitrary<bigint> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...PEOPLE.map(({ key }) => key)) },
  { weight: 1, arbitrary: fc.constantFrom(1n, FIELD_MODULUS - 1n) },
);

const arbitraryTarget: fc.Arbitrary<Target> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant("assigned" as const), pick: fc.nat(31) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("index" as const),
      index: fc.constantFrom<(AccountIndex | "next")[]>(
        "next",
        ...[0, 1, 63, 64, 5000, MAX_ACCOUNTS - 1].map(accountIndex),
      ),
    }),
  },
);

/** Drafts of L1 operations of all types, on the sender's accounts, others' accounts and unassigned indices. */
export const arbitraryL1Draft: fc.Arbitrary<L1Draft> = fc.record({
  type: fc.constantFrom<L1Operation["type"][]>("deposit", "deposit", "forcedWithdraw", "setKey"),
  person: fc.constantFrom(...PEOPLE),
  tokenId: fc.constantFrom(...TOKENS),
  amount: arbitraryAmount,
  key: arbitraryKey,
  target: arbitraryTarget,
  isMatching: fc.boolean(),
});

/** The operations of the drafts on a state; deposits are cut, or left out, so that the supply invariant still holds. */
export function toL1Operations(drafts: readonly L1Draft[], state: StateInput): L1Operation[] {
  const supply = new Map<TokenId, bigint>();
  for (const { tokenId, balance } of state.accounts.values())
    supply.set(tokenId, (supply.get(tokenId) ?? 0n) + balance);
  const assigned = [...state.accounts.keys()];
  return drafts.flatMap((draft, position): L1Operation[] => {
    const index = targetIndex(draft.target, assigned, state.nextIndex);
    const account = draft.isMatching ? state.accounts.get(index) : undefined;
    const owner = account?.owner ?? draft.person.owner;
    if (draft.type === "forcedWithdraw") return [{ type: "forcedWithdraw", sender: owner, index }];
    if (draft.type === "setKey") return [{ type: "setKey", sender: owner, index, key: draft.key }];
    const tokenId = account?.tokenId ?? draft.tokenId;
    const before = supply.get(tokenId) ?? 0n;
    const room = 2n ** 128n - 1n - before;
    const amount = draft.amount > room ? room : draft.amount;
    if (amount === 0n) return [];
    supply.set(tokenId, before + amount);
    return [{ type: "deposit", owner, tokenId, amount, index, key: position % 2 === 0 ? draft.key : 0n }];
  });
}

function targetIndex(target: Target, assigned: readonly AccountIndex[], nextIndex: number): AccountIndex {
  if (target.type === "assigned") return assigned[target.pick % assigned.length] ?? accountIndex(0);
  if (target.index !== "next") return target.index;
  return accountIndex(Math.min(nextIndex, MAX_ACCOUNTS - 1));
}
