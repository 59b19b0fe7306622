import { compress, GENESIS_CHAINS } from "@cairn/crypto";
import { type SealedBlock, sealBlock } from "@cairn/devnet";
import { type Send, startUnprovenRollup, type UnprovenBatch } from "@cairn/devnet/testing";
import { connectReader, type L1Rollup } from "@cairn/l1";
import { lyingRollup } from "@cairn/l1/testing";
import {
  accountIndex,
  batchNumber,
  blockNumber,
  encodeFloat16,
  encodeFloat40,
  headerOfClaim,
  type L1Operation,
  tokenId,
} from "@cairn/protocol";
import { createMemoryStore, createStateTree } from "@cairn/state";
import { personOf, REAL_CRYPTO, signTransaction } from "@cairn/testkit";
import { createBlockBuilder } from "@cairn/vm";
import { describe, expect, it } from "vitest";
import { showReceipt } from "./receipt.ts";

const domain = { chainId: 31337n, rollup: 1n };
const RECEIPTS = `0x${"22".repeat(20)}` as const;
const SILENT: L1Rollup = { reader: connectReader("http://127.0.0.1:1", 31337), address: `0x${"11".repeat(20)}` };
const alice = personOf("alice");
const deposit: L1Operation = {
  type: "deposit",
  owner: alice.owner,
  tokenId: tokenId(0),
  amount: 10n,
  index: accountIndex(0),
  key: alice.key,
};

/** A block with deposits in slots 0 and 1 and, if wanted, a withdrawal in slot 2. */
function sealed(hasWithdrawal: boolean): SealedBlock {
  const tree = createStateTree({ store: createMemoryStore(), compress });
  const builder = createBlockBuilder({
    state: tree,
    domain,
    slotCount: 16,
    blockNumber: blockNumber(1),
    timestamp: 1_800_000_000,
    feeAccounts: [],
    verifySignature: REAL_CRYPTO.verify,
    compress,
  });
  for (let i = 0; i < 2; i++) builder.addL1Operation(deposit);
  const withdrawal = {
    type: "withdraw",
    from: accountIndex(64),
    nonce: 0,
    tokenId: tokenId(0),
    amount: encodeFloat40(4n),
    fee: encodeFloat16(0n),
    validFrom: 0,
    validUntil: 2 ** 32 - 1,
    reference: 0n,
    recipient: 5n,
  } as const;
  if (hasWithdrawal) builder.addGroup([signTransaction(withdrawal, alice, domain, REAL_CRYPTO)]);
  return sealBlock({ tree, executed: builder.seal(), chains: GENESIS_CHAINS, compress });
}

/** What the demo makes of the receipt when the contract answers this. */
function show(block: SealedBlock, answer: readonly [block: bigint, timestamp: bigint, word: bigint]) {
  const asked: unknown[] = [];
  const rollup = lyingRollup(SILENT, {
    readContract: async (_, { address, functionName, args }) => {
      asked.push({ address, functionName, place: (args as readonly unknown[])[2] });
      return answer;
    },
  });
  const { claim, executed } = block;
  const header = headerOfClaim(claim, { circuit: "solo16", dataSource: "calldata", blocksRoot: 0n });
  const batch = { number: batchNumber(1), header, payouts: executed.payouts, dataCommitment: new Uint8Array(32) };
  return { shown: showReceipt({ rollup, receipts: RECEIPTS }, [block], batch, compress), asked };
}

describe("the demo's receipts", () => {
  const block = sealed(true);
  const word = (64n << 80n) + (1n << 56n) + (BigInt(encodeFloat40(4n)) << 16n);

  it("are of the first transaction of a block", async () => {
    const { shown, asked } = show(block, [1n, 1_800_000_000n, word]);
    expect(await shown).toBe(2);
    expect(asked).toEqual([{ address: RECEIPTS, functionName: "slotAt", place: 2n }]);
  });

  it("are not asked for without transactions", async () => {
    const { shown, asked } = show(sealed(false), [1n, 1n, 1n]);
    expect(await shown).toBeNull();
    expect(asked).toEqual([]);
  });

  it("are confirmed by the contract for whatever slot", async () => {
    const live = await startUnprovenRollup();
    try {
      for (const position of [1, 2, 3]) await live.deposit(position, 10n ** 18n);
      const slots: (number | null)[] = [];
      const spend = (send: Send): void => {
        if (live.batches.length > 0) send(accountIndex(64), { amount: 5n, recipient: 7n });
      };
      const confirm = async ({ number, batch, blocks, dataCommitment }: UnprovenBatch): Promise<void> => {
        const before = live.batches.at(-2)?.blocks.at(-1)?.chains ?? GENESIS_CHAINS;
        const chained = blocks.map((block, i) => ({ ...block, chainsBefore: blocks[i - 1]?.chains ?? before }));
        slots.push(await showReceipt(live.devnet, chained, { ...batch, number, dataCommitment }, live.compress));
      };
      for (const deposits of [0, 1, 2, 3]) {
        for (let i = 0; i < deposits; i++) await live.deposit(4, 1n);
        await confirm(await live.publish(spend));
      }
      await confirm(await live.publishTogether("batch", [spend, () => {}, spend]));
      expect(slots).toEqual([null, 1, 2, 3, 0]);
    } finally {
      await live.stop();
    }
  });

  it.each([
    ["block", [2n, 1_800_000_000n, word]],
    ["time", [1n, 1_800_000_001n, word]],
    ["transaction", [1n, 1_800_000_000n, word + 1n]],
  ] as const)("of another %s end the demo", async (_, answer) => {
    await expect(show(block, answer).shown).rejects.toMatchObject({ code: "demo/difference" });
  });
});
