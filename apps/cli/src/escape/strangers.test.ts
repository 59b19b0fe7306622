import { type Account, type AccountIndex, accountIndex, EMPTY_ACCOUNT, tokenId } from "@cairn/protocol";
import { parseEther } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CommandRollup, startCommandRollup } from "../../test/command-rollup.ts";
import { separateStrangers } from "./strangers.ts";

const GWEI = 10n ** 9n;
const KNOWN = 1;
const JUNK = 9;
const terms = { gasPriceWei: GWEI, knownTokens: [KNOWN] };

function accountAt(
  index: number,
  change: Partial<Account>,
): { readonly index: AccountIndex; readonly account: Account } {
  return { index: accountIndex(index), account: { ...EMPTY_ACCOUNT, owner: 5n, balance: 1n, ...change } };
}

describe("accounts that strangers opened", () => {
  it("are paid when they are worth their gas; those that the owner authorised always", () => {
    const accounts = [
      accountAt(64, {}),
      accountAt(65, { balance: 143_999n * GWEI }),
      accountAt(66, { balance: 144_000n * GWEI }),
      accountAt(67, { ownerKey: true }),
      accountAt(68, { tokenId: tokenId(JUNK), balance: 10n ** 30n }),
      accountAt(69, { tokenId: tokenId(JUNK), ownerKey: true }),
      accountAt(70, { tokenId: tokenId(KNOWN) }),
    ];
    const { paid, left } = separateStrangers(accounts, terms);
    expect(paid).toEqual([66, 67, 69, 70]);
    expect(left.map(({ index, reason }) => [index, reason])).toEqual([
      [64, "dust"],
      [65, "dust"],
      [68, "unknown-token"],
    ]);
  });

  it("cost no more however many there are: of each owner and known token the largest", () => {
    const many = Array.from({ length: 1000 }, (_, i) =>
      accountAt(100 + i, { tokenId: tokenId(KNOWN), balance: BigInt(i + 1) }),
    );
    const others = accountAt(5000, { tokenId: tokenId(KNOWN), owner: 6n });
    const { paid, left } = separateStrangers([...many, others], terms);
    expect(paid).toEqual([1096, 1097, 1098, 1099, 5000]);
    expect(new Set(left.map(({ reason }) => reason))).toEqual(new Set(["many"]));
  });
});

describe("an exit for whose owner strangers opened accounts", () => {
  let chain: CommandRollup;
  beforeAll(async () => {
    chain = await startCommandRollup();
    await chain.deposit("alice", parseEther("1"));
    for (let i = 0; i < 3; i++) await chain.deposit("bob", 1n, chain.address("alice"));
    await chain.deposit("bob", parseEther("0.5"), chain.address("alice"));
    // A block of 16 slots opens four accounts.
    await chain.publish();
    await chain.publish();
    await chain.cairn("force-withdraw", "64", "--key", "alice");
    await chain.warp(8 * 86_400);
    await chain.cairn("freeze");
  });
  afterAll(() => chain?.stop());

  it("pays what is worth its gas, and names the rest", async () => {
    const left = [65, 66, 67].map((index) => ({ index, amount: "1", reason: "dust" }));
    const tried = await chain.cairn("exit", "--all", "--dry-run");
    expect(tried).toMatchObject({ code: 0, data: { exited: [{ index: 64 }, { index: 68 }], left } });
    const { stdout } = await chain.cairnText("exit", "--key", "alice");
    expect(stdout).toMatch(/accounts +2, 1\.5 ETH/);
    expect(stdout).toMatch(/LEFT +accounts 65, 66, 67 \(.*others opened them.*--strangers/);
    expect(await chain.cairn("exit", "--key", "alice")).toMatchObject({ data: { exited: [], transactions: [], left } });
    expect(await chain.cairn("exit", "66")).toMatchObject({ data: { exited: [{ index: 66, paid: true }], left: [] } });
    expect(await chain.cairn("exit", "--all", "--strangers")).toMatchObject({
      code: 0,
      data: { exited: [{ index: 65 }, { index: 67 }], left: [] },
    });
  });
});
