import { accountIndex, encodeFloat16, encodeFloat40, type L2Transaction, WHOLE_BALANCE } from "@cairn/protocol";
import { FAKE_CRYPTO, linkContentOf } from "@cairn/testkit";
import { describe, expect, it } from "vitest";
import {
  ALICE,
  ALICE_USD,
  account,
  alice,
  BOB,
  bob,
  builder,
  group,
  linked,
  NOW,
  refusal,
  transfer,
  transferToNew,
  USD,
  withdraw,
} from "../test/support.ts";

const toBob = transfer();
const toAlice = transfer({ from: BOB, nonce: 0, to: ALICE, toOwner: alice.owner, toKey: alice.key });
const content = (transaction: L2Transaction) => linkContentOf(transaction, FAKE_CRYPTO);

describe("linked transfers", () => {
  it("run together", () => {
    const block = builder();
    expect(refusal(block.addGroup(group(...linked(toBob, toAlice))))).toBe("included");
    expect(block.state.getAccount(ALICE)).toMatchObject({ balance: 1_000_000n, nonce: 6 });
    expect(block.state.getAccount(BOB)).toMatchObject({ balance: 500n, nonce: 1 });
  });

  it("swap two tokens, one of them into a new account", () => {
    const block = builder();
    const dollars = transferToNew({ from: ALICE_USD, nonce: 0, tokenId: USD, amount: encodeFloat40(20n) });
    expect(refusal(block.addGroup(group(...linked(toAlice, dollars))))).toBe("included");
    expect(block.state.getAccount(accountIndex(70))).toEqual(account(bob, { tokenId: USD, balance: 20n }));
  });

  it("need not be adjacent in their group and may be signed in any order", () => {
    const [left, right] = [
      { ...toBob, link: { offset: 2, content: content(toAlice) } },
      { ...toAlice, link: { offset: -2, content: content(toBob) } },
    ];
    const between = transfer({
      from: ALICE_USD,
      nonce: 0,
      tokenId: USD,
      to: ALICE_USD,
      toOwner: alice.owner,
      toKey: alice.key,
    });
    expect(refusal(builder().addGroup(group(left, between, right)))).toBe("included");
  });

  it("need not name the partner's nonce, time or link", () => {
    const renewed = { ...toAlice, validUntil: NOW + 5, link: { offset: -1, content: content(toBob) } };
    const left = { ...toBob, link: { offset: 1, content: content(toAlice) } };
    expect(refusal(builder().addGroup(group(left, renewed)))).toBe("included");
  });

  it("may interlock with another pair", () => {
    const [again, back] = [
      { ...toBob, nonce: 6 },
      { ...toAlice, nonce: 1 },
    ];
    const four = [
      { ...toBob, link: { offset: 2, content: content(toAlice) } },
      { ...again, link: { offset: 2, content: content(back) } },
      { ...toAlice, link: { offset: -2, content: content(toBob) } },
      { ...back, link: { offset: -2, content: content(again) } },
    ];
    const block = builder();
    const result = block.addGroup(group(...four));
    expect(result.type === "included" && result.receipts.map(({ slot }) => slot)).toEqual([0, 1, 2, 3]);
    expect(block.state.getAccount(ALICE)).toMatchObject({ balance: 1_000_000n, nonce: 7 });
    expect(block.state.getAccount(BOB)).toMatchObject({ balance: 500n, nonce: 2 });
  });

  it("leave no trace when the second is refused", () => {
    const block = builder();
    const tooMuch = { ...toAlice, amount: encodeFloat40(601n) };
    const reason = { type: "insufficientBalance", required: 601n, available: 600n };
    expect(refusal(block.addGroup(group(...linked(toBob, tooMuch))))).toEqual([reason, 1]);
    expect(block.state.getAccount(ALICE).balance).toBe(1_000_000n);
    expect(block.seal()).toEqual(builder().seal());
  });
});

describe("links are refused", () => {
  const [left, right] = linked(toBob, toAlice);

  it.each<[string, L2Transaction[], string, number]>([
    ["alone", [left], "linkOutOfGroup", 0],
    ["before the group", [right, left], "linkOutOfGroup", 0],
    ["to a transaction that links nowhere", [left, toAlice], "linkOneWay", 0],
    [
      "from a transaction that links elsewhere",
      [left, { ...toAlice, link: { offset: -2, content: content(toBob) } }],
      "linkOneWay",
      0,
    ],
    ["to another amount", [left, { ...right, amount: encodeFloat40(99n) } as L2Transaction], "linkContentMismatch", 0],
    ["to another fee", [left, { ...right, fee: encodeFloat16(1n) } as L2Transaction], "linkContentMismatch", 0],
    [
      "when the second names another content",
      [left, { ...toAlice, link: { offset: -1, content: 1n } }],
      "linkContentMismatch",
      1,
    ],
    ["to a withdrawal", [left, withdraw({ from: BOB, nonce: 0 })], "linkToWithdraw", 0],
    ["with a whole balance", linked({ ...toBob, amount: WHOLE_BALANCE }, toAlice), "wholeBalanceInLink", 0],
    ["to a whole balance", linked(toBob, { ...toAlice, amount: WHOLE_BALANCE }), "wholeBalanceInLink", 1],
    [
      "cross-claimed by a third",
      [left, right, { ...toBob, nonce: 6, link: { offset: -1, content: content(toAlice) } }],
      "linkOneWay",
      2,
    ],
  ])("%s", (_, transactions, type, index) => {
    expect(refusal(builder().addGroup(group(...transactions)))).toMatchObject([{ type }, index]);
  });
});
