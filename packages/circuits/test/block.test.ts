import { blockRows, type Claim, readBatchCells } from "@cairn/protocol";
import { beforeAll, describe, expect, it } from "vitest";
import { blockInputMap, soloInputMap } from "../src/prove/input-map.ts";
import { signed, target, transfer, transferToNew, withdraw } from "./support/attack.ts";
import { program } from "./support/cache.ts";
import { historyAfter } from "./support/history.ts";
import { circuitRefusal } from "./support/refusal.ts";
import { type SampleBlock, type SoloInputs, sampleBlock } from "./support/sample-block.ts";

const SLOTS = 16;
let sample: SampleBlock;
beforeAll(() => {
  // Deposits, withdrawals, swaps, new accounts, payouts.
  sample = sampleBlock(SLOTS, 13);
});

const blockRefusal = async (claim: Claim, witness = sample.witness) =>
  circuitRefusal((await program(`block${SLOTS}`)).circuit, blockInputMap(claim, witness));
async function soloRefusal(change: (inputs: SoloInputs) => void = () => undefined): Promise<string | null> {
  const { claim, binding, witness, evaluation } = sample;
  const inputs = structuredClone({ claim, binding, witness, evaluation });
  change(inputs);
  return circuitRefusal((await program(`solo${SLOTS}`)).circuit, soloInputMap(inputs));
}

describe("the block circuit", () => {
  it("accepts blocks of every kind of operation, with their claims", async () => {
    const kinds = new Set<string>();
    for (const seed of [1, 2, 6, 8]) {
      const { claim, witness, block } = sampleBlock(SLOTS, seed);
      expect(await blockRefusal(claim, witness)).toBeNull();
      for (const { kind } of block.trace.slots) kinds.add(kind);
    }
    expect([...kinds].sort()).toEqual([
      "deposit",
      "forcedWithdraw",
      "noop",
      "setKey",
      "transfer",
      "transferToNew",
      "withdraw",
    ]);
  });

  it("proves no claim but the block's: each of the eleven public inputs altered", async () => {
    const { claim } = sample;
    const { before, after } = claim;
    const altered: readonly (readonly [Claim, RegExp])[] = [
      [{ ...claim, domain: { ...claim.domain, chainId: claim.domain.chainId ^ 1n } }, /signature|schnorr/],
      [{ ...claim, firstBlock: claim.firstBlock + 1n }, /two numbers of one block/],
      [{ ...claim, lastBlock: claim.lastBlock + 1n }, /two numbers of one block/],
      [{ ...claim, firstBlock: claim.firstBlock + 1n, lastBlock: claim.lastBlock + 1n }, /new history differs/],
      [{ ...claim, firstTimestamp: claim.firstTimestamp + 1n }, /two times of one block/],
      [{ ...claim, lastTimestamp: claim.lastTimestamp + 1n }, /two times of one block/],
      [{ ...claim, before: { ...before, root: before.root + 1n } }, /old root differs/],
      [{ ...claim, before: { ...before, nextIndex: before.nextIndex + 1 } }, /account created at another index/],
      [{ ...claim, before: { ...before, history: before.history + 1n } }, /old history differs/],
      [{ ...claim, after: { ...after, root: after.root + 1n } }, /new root differs/],
      [{ ...claim, after: { ...after, nextIndex: after.nextIndex + 1 } }, /new next index differs/],
      [{ ...claim, after: { ...after, history: after.history + 1n } }, /new history differs/],
    ];
    for (const [forged, reason] of altered) expect(await blockRefusal(forged)).toMatch(reason);
  });

  it("starts at the chains of the claim: each of the four altered", async () => {
    for (const name of ["data", "l1", "payouts", "blocks"] as const) {
      const chains = { ...sample.witness.chains, [name]: sample.witness.chains[name] + 1n };
      expect(await blockRefusal(sample.claim, { ...sample.witness, chains }), name).toBe("claim: old history differs");
    }
  });

  it("holds nobody to a reference or a start that he did not sign", async () => {
    const slot = sample.block.trace.slots.findIndex(({ signed }) => signed !== null);
    const forged = (change: object) => ({
      ...sample.witness,
      terms: sample.witness.terms.map((terms, i) => (i === slot ? { ...terms, ...change } : terms)),
    });
    const { reference = 0n } = sample.witness.terms[slot] ?? {};
    expect(await blockRefusal(sample.claim, forged({ reference: reference + 1n }))).toMatch(/signature|schnorr/);
    expect(await blockRefusal(sample.claim, forged({ validFrom: 1n }))).toMatch(/signature|schnorr/);
  });
});

it("a block of 1,024 slots has a witness of that circuit's shape, and the history that follows from it", () => {
  const groups = [transfer(), transferToNew({ nonce: 6 }), withdraw({ nonce: 7 })].map((one) => signed(one));
  const { witness, claim, cells } = target({ slotCount: 1024, groups }).built;
  expect(witness.slots).toHaveLength(1024);
  expect([witness.subroots.length, witness.slots[0]?.a.children.length]).toEqual([4 ** 6, 6]);
  for (const list of [witness.l1Operations, witness.extras, witness.payouts]) expect(list).toHaveLength(256);
  expect(historyAfter(witness, claim.firstBlock, claim.firstTimestamp)).toBe(claim.after.history);
  const [read] = readBatchCells(cells, 1);
  expect(read?.data.slots).toHaveLength(1024);
  expect(cells).toHaveLength(3 * blockRows(1024, 2));
});

describe("the solo circuit", () => {
  it("accepts a batch of one block that uses every list", async () => {
    const { block } = sample;
    const extras = block.trace.slots.filter(({ kind }) => kind === "transferToNew" || kind === "withdraw");
    const isLinked = block.trace.slots.some(
      ({ signed }) => signed !== null && signed.transaction.type !== "withdraw" && signed.transaction.link !== null,
    );
    // Several entries a list, a row that two extras share, a swap.
    expect(isLinked).toBe(true);
    expect(block.data.l1Count).toBeGreaterThanOrEqual(2);
    expect(block.payouts.length).toBeGreaterThanOrEqual(2);
    expect(extras.length % 2).toBe(1);
    expect(await soloRefusal()).toBeNull();
  });

  it("binds each list and the blocks root to L1's values", async () => {
    const altered = {
      blocksRoot: "binding: blocks root differs",
      point: "binding: limbs of another point",
      evaluation: "binding: data evaluation differs",
      l1Evaluation: "binding: L1 evaluation differs",
      payoutsEvaluation: "binding: payouts evaluation differs",
    } as const;
    for (const [name, reason] of Object.entries(altered) as [keyof typeof altered, string][]) {
      const refused = await soloRefusal((inputs) => {
        inputs.binding = { ...inputs.binding, [name]: inputs.binding[name] + 1n };
      });
      expect(refused, name).toBe(reason);
    }
  });
});
