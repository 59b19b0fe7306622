import { type Account, type AccountIndex, accountIndex, MAX_ACCOUNTS, type TokenId, tokenId } from "@cairn/protocol";
import fc from "fast-check";
import { type Person, personOf } from "./people.ts";
import type { StateInput } from "./reference-model.ts";

/** The people of generated states. */
export const PEOPLE: readonly Person[] = ["alice", "bob", "carol", "dave", "erin"].map(personOf);

/** The tokens of generated states: one more than a block takes fees in, the largest id included. */
export const TOKENS: readonly TokenId[] = [0, 1, 2, 77, 2 ** 32 - 1].map(tokenId);

const MAX_AMOUNT = 2n ** 128n - 1n;
const LAST_NONCE = 2 ** 40 - 1;

interface AccountDraft {
  readonly person: Person;
  readonly tokenId: TokenId;
  readonly nonce: number;
  readonly keyOf: Person | null;
  readonly ownerKey: boolean;
  readonly balance: bigint;
}

/** Amounts of every size, with the edges of 128 bits. */
export const arbitraryAmount: fc.Arbitrary<bigint> = fc.oneof(
  { weight: 4, arbitrary: fc.bigInt(0n, 10n ** 6n) },
  { weight: 4, arbitrary: fc.bigInt(0n, 10n ** 10n).map((mantissa) => mantissa * 10n ** 12n) },
  { weight: 1, arbitrary: fc.constantFrom(0n, 1n, MAX_AMOUNT, MAX_AMOUNT - 1n, 2n ** 127n) },
  { weight: 1, arbitrary: fc.bigInt(0n, MAX_AMOUNT) },
);

const arbitraryAccount: fc.Arbitrary<AccountDraft> = fc.record({
  person: fc.constantFrom(...PEOPLE),
  tokenId: fc.constantFrom(...TOKENS),
  nonce: fc.oneof(
    { weight: 8, arbitrary: fc.nat(3) },
    { weight: 1, arbitrary: fc.constantFrom(LAST_NONCE, LAST_NONCE - 1, LAST_NONCE - 2) },
  ),
  keyOf: fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...PEOPLE) }, { weight: 1, arbitrary: fc.constant(null) }),
  ownerKey: fc.boolean(),
  balance: arbitraryAmount,
});

/**
 * States that keep the supply invariant of spec 1.5. Dense ones have every index from 64 to nextIndex assigned; sparse
 * ones lie at the end of the tree, with all but a few of the lower indices missing.
 */
export function arbitraryState(shape: "dense" | "sparse" | "any" = "any"): fc.Arbitrary<StateInput> {
  const drafts = fc.array(arbitraryAccount, { minLength: 1, maxLength: 14 });
  const dense = drafts.map((list) => toState(list, 64 + list.length));
  const sparse = fc.tuple(drafts, fc.nat(3)).map(([list, free]) => toState(list, MAX_ACCOUNTS - free));
  if (shape === "dense") return dense;
  return shape === "sparse" ? sparse : fc.oneof({ weight: 3, arbitrary: dense }, { weight: 1, arbitrary: sparse });
}

/** The first half starts at 64, the second half ends right before nextIndex; they meet in a dense state. */
function toState(drafts: readonly AccountDraft[], nextIndex: number): StateInput {
  const half = Math.floor(drafts.length / 2);
  const supply = new Map<TokenId, bigint>();
  const accounts = new Map<AccountIndex, Account>();
  for (const [position, { person, tokenId, nonce, keyOf, ownerKey, balance }] of drafts.entries()) {
    const index = accountIndex(position < half ? 64 + position : nextIndex - drafts.length + position);
    const before = supply.get(tokenId) ?? 0n;
    const capped = balance > MAX_AMOUNT - before ? MAX_AMOUNT - before : balance;
    supply.set(tokenId, before + capped);
    const key = keyOf?.key ?? 0n;
    accounts.set(index, {
      owner: person.owner,
      tokenId,
      nonce,
      ownerKey: ownerKey && key !== 0n,
      balance: capped,
      key,
    });
  }
  return { accounts, nextIndex };
}
