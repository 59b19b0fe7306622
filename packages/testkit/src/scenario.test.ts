import { CairnError } from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import { runScenario, type ScenarioOptions } from "./scenario.ts";
import { ETH, parseScenario } from "./scenario-language.ts";
import { FAKE_CRYPTO, REAL_CRYPTO } from "./test-crypto.ts";

const OPTIONS: ScenarioOptions = {
  domain: { chainId: 31337n, rollup: 0xabcn },
  slotCount: 16,
  crypto: FAKE_CRYPTO,
  startTime: 1_700_000_000,
};

const TOUR = `
  token USD 1 6
  deposit alice 10 ETH
  deposit bob 5_000 USD
  deposit operator 1 ETH
  deposit operator 1 USD
  block
  fees operator ETH USD
  transfer alice -> new carol 1 ETH fee 0.001
  transfer alice -> carol 0.5 ETH           # now she has an account
  swap alice 1 ETH fee 0.002 for bob 2000 USD fee 0.5
  withdraw carol 0.25 ETH fee 0.001 to 0xc0ffee
  expect carol 1.249 ETH
  expect alice 7.497 ETH
  expect bob 1 ETH
  expect alice 2000 USD
  block
  expect operator 1.004 ETH
  expect operator 1.5 USD
  wait 100
  set-key carol ETH to carol2
  force-withdraw bob ETH
  force-withdraw alice ETH by mallory
  deposit alice 0.003 ETH
  transfer carol -> alice all ETH fee 0.001
  transfer alice -> alice 1 ETH
  rejected insufficientBalance: transfer carol -> alice 1 ETH
`;

function errorOf(run: () => unknown): { code: string; line: unknown } {
  try {
    run();
  } catch (error) {
    if (error instanceof CairnError) return { code: error.code, line: error.details.line };
    throw error;
  }
  return { code: "none", line: null };
}

describe("a scenario", () => {
  it.each([
    ["cheap", FAKE_CRYPTO],
    ["real", REAL_CRYPTO],
  ])("runs with %s crypto and leaves the balances it says", (_, crypto) => {
    const { blocks, tree, book } = runScenario(TOUR, { ...OPTIONS, crypto });
    expect(blocks).toHaveLength(3);
    expect(blocks.map(({ block }) => block.data.timestamp)).toEqual([1_700_000_000n, 1_700_000_012n, 1_700_000_124n]);
    expect(blocks.at(-1)?.newRoot).toBe(tree.root());
    expect(blocks[1]?.block.payouts).toEqual([{ recipient: 0xc0ffeen, tokenId: 0, amount: 250_000_000_000_000_000n }]);
    const alice = tree.getAccount(book.indexOf("alice", ETH));
    expect(alice.balance).toBe(7_497n * 10n ** 15n + 3n * 10n ** 15n + 1_248n * 10n ** 15n);
  });

  it("names the account of a deposit by its owner and token, the deposit's own by default", () => {
    const text = `
      token USD 1 6
      deposit alice 1 ETH
      deposit alice 1 USD
      block
      deposit bob 1 ETH at alice
      deposit alice 1 ETH at alice USD
    `;
    const { blocks } = runScenario(text, OPTIONS);
    expect(blocks[1]?.l1Operations.map(({ index }) => index)).toEqual([64, 65]);
    expect(blocks[1]?.block.newNextIndex).toBe(68);
  });

  it("fails where a transaction is refused", () => {
    const text = "deposit alice 1 ETH\ndeposit bob 1 ETH\n\ntransfer alice -> bob 2 ETH";
    expect(errorOf(() => runScenario(text, OPTIONS))).toEqual({ code: "testkit/scenario-failed", line: 4 });
  });

  it("fails where a balance differs", () => {
    const text = "deposit alice 1 ETH\nexpect alice 2 ETH";
    expect(errorOf(() => runScenario(text, OPTIONS))).toEqual({ code: "testkit/scenario-failed", line: 2 });
  });

  it("fails where a refusal has another reason", () => {
    const text = "deposit alice 1 ETH\nrejected expired: transfer alice -> alice 2 ETH";
    expect(errorOf(() => runScenario(text, OPTIONS))).toEqual({ code: "testkit/scenario-failed", line: 2 });
  });

  it("fails on a name without account", () => {
    const text = "deposit alice 1 ETH\ntransfer alice -> bob 1 ETH";
    expect(errorOf(() => runScenario(text, OPTIONS)).code).toBe("testkit/scenario-reference");
  });

  it.each([
    "jump alice",
    "deposit alice",
    "deposit alice 1 XYZ",
    "deposit alice 1.0000000000000000001 ETH",
    "deposit alice -1 ETH",
    "deposit alice 1 ETH twice",
    "transfer alice bob 1 ETH",
    "withdraw alice 1 ETH to bob",
    "swap alice 1 ETH bob 1 ETH",
    "set-key alice ETH bob",
    "token ETH 1 2",
    "token USD x 2",
    "rejected expired transfer alice -> bob 1 ETH",
    "wait long",
  ])("refuses the line: %s", (line) => {
    expect(errorOf(() => parseScenario(`\n${line}`))).toEqual({ code: "testkit/scenario-syntax", line: 2 });
  });
});
