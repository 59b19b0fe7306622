import { type Account, type AccountIndex, accountIndex, EMPTY_ACCOUNT } from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import { createLayers } from "./layers.ts";

const account = (balance: bigint): Account => ({ ...EMPTY_ACCOUNT, owner: 1n, balance });
const updates = (...pairs: readonly (readonly [number, bigint])[]) =>
  new Map(pairs.map(([index, balance]) => [accountIndex(index), account(balance)]));

describe("layers of closed blocks", () => {
  const stored = new Map<AccountIndex, Account>(updates([64, 1n], [65, 1n]));
  let nextIndex = 66;
  const layers = createLayers({
    nextIndex: () => nextIndex,
    getAccount: (index) => stored.get(index) ?? EMPTY_ACCOUNT,
  });
  const balances = () => [64, 65, 66].map((index) => layers.getAccount(accountIndex(index)).balance);

  it("show the state after the last block, before and after the base has the first", () => {
    layers.push(1, { updates: updates([64, 2n], [65, 2n]), newNextIndex: 66 });
    layers.push(2, { updates: updates([64, 3n], [66, 3n]), newNextIndex: 67 });
    expect([balances(), layers.nextIndex(), layers.size()]).toEqual([[3n, 2n, 3n], 67, 2]);
    for (const [index, one] of updates([64, 2n], [65, 2n])) stored.set(index, one);
    expect([balances(), layers.nextIndex()]).toEqual([[3n, 2n, 3n], 67]);
    layers.drop(1);
    expect([balances(), layers.nextIndex(), layers.size()]).toEqual([[3n, 2n, 3n], 67, 1]);
  });

  it("show the base once it has all blocks", () => {
    for (const [index, one] of updates([64, 3n], [66, 3n])) stored.set(index, one);
    nextIndex = 67;
    layers.drop(2);
    stored.set(accountIndex(64), account(9n));
    expect([balances(), layers.nextIndex(), layers.size()]).toEqual([[9n, 2n, 3n], 67, 0]);
  });
});
