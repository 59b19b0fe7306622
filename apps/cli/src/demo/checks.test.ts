import { compress } from "@cairn/crypto";
import { connectReader, type L1Rollup } from "@cairn/l1";
import { accountIndex, blockNumber, type L1Operation, tokenId } from "@cairn/protocol";
import { createMemoryStore, createStateTree } from "@cairn/state";
import { parseScenario, personOf, REAL_CRYPTO } from "@cairn/testkit";
import { createBlockBuilder, type ExecutedBlock } from "@cairn/vm";
import { describe, expect, it } from "vitest";
import { comparePayout, createComparison } from "./checks.ts";
import { CAST, CHAPTERS } from "./scenario.ts";

/** Never connected: a comparison only reads which rollup it is. */
const ROLLUP: L1Rollup = {
  reader: connectReader("http://127.0.0.1:1", 31337),
  address: "0x00000000000000000000000000000000000ca142",
};
const alice = personOf("alice");

function blockOf(l1Operations: readonly L1Operation[]) {
  const tree = createStateTree({ store: createMemoryStore(), compress });
  const builder = createBlockBuilder({
    state: tree,
    domain: { chainId: 31337n, rollup: 1n },
    slotCount: 16,
    blockNumber: blockNumber(1),
    timestamp: 1_800_000_000,
    feeAccounts: [],
    verifySignature: REAL_CRYPTO.verify,
    compress,
  });
  for (const operation of l1Operations) builder.addL1Operation(operation);
  const executed = builder.seal();
  tree.applyBlock(executed.blockNumber, executed.updates, executed.newNextIndex);
  const model = { slotCount: 16, timestamp: 1_800_000_000, feeAccounts: [], l1Operations, groups: [] };
  return { tree, executed, model };
}

const deposit = (amount: bigint): L1Operation => ({
  type: "deposit",
  owner: alice.owner,
  tokenId: tokenId(0),
  amount,
  index: accountIndex(0),
  key: alice.key,
});
const exit: L1Operation = { type: "forcedWithdraw", sender: alice.owner, index: accountIndex(64) };

describe("the demo's comparison", () => {
  it("agrees with a block that did what the model does", () => {
    const { tree, executed, model } = blockOf([deposit(10n), exit]);
    expect(() => createComparison(ROLLUP, tree).follow(model, executed)).not.toThrow();
  });

  it("detects a balance that differs by one", () => {
    const { tree, executed } = blockOf([deposit(10n)]);
    const { model } = blockOf([deposit(11n)]);
    expect(() => createComparison(ROLLUP, tree).follow(model, executed)).toThrow(
      expect.objectContaining({ code: "demo/difference" }),
    );
  });

  it("detects a missing account and a missing payout", () => {
    const { tree, executed, model } = blockOf([deposit(10n), exit]);
    const another = blockOf([deposit(10n), deposit(5n)]);
    expect(() => createComparison(ROLLUP, tree).follow(another.model, executed)).toThrow(/next index/);
    const unpaid: ExecutedBlock = { ...executed, payouts: [] };
    expect(() => createComparison(ROLLUP, tree).follow(model, unpaid)).toThrow(/payout list/);
  });

  it("detects a payout that did not arrive in full", () => {
    const payout = { recipient: 5n, tokenId: tokenId(0), amount: 7n };
    expect(() => comparePayout(payout, 7n, 100n, 107n)).not.toThrow();
    expect(() => comparePayout(payout, 7n, 100n, 106n)).toThrow(expect.objectContaining({ code: "demo/difference" }));
  });
});

describe("the demo's story", () => {
  it("is written in the scenario language and names nobody outside the cast", () => {
    const names = new Set(CAST.map(({ name }) => name));
    for (const { statements } of CHAPTERS) {
      const lines = parseScenario(`token USD 1 6\n${statements}`);
      expect(lines.length).toBeGreaterThan(3);
      for (const { statement } of lines) {
        if ("name" in statement) expect(names).toContain(statement.name);
        if ("sender" in statement) expect(names).toContain(statement.sender);
      }
    }
  });
});
