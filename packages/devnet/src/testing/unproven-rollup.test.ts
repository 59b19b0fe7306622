import { rollupAbi } from "@cairn/contracts";
import {
  createL1Access,
  payBatch,
  readContractCounts,
  readPublishedBatch,
  readRollupEvents,
  submitBatch,
} from "@cairn/l1";
import { accountIndex, batchCommitment, bigintToAddress, bytesToHex, payoutListHash } from "@cairn/protocol";
import { followBatch, genesisPosition } from "@cairn/vm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { standInProof } from "./stand-in-proofs.ts";
import type { UnprovenBatch } from "./unproven-operator.ts";
import { startUnprovenRollup, type UnprovenRollup } from "./unproven-rollup.ts";

const ALICE = accountIndex(64);
const RECIPIENT = 0xc0ffee00n;

describe("a rollup with stand-in proofs", () => {
  let live: UnprovenRollup;
  let genesisRoot: bigint;

  beforeAll(async () => {
    live = await startUnprovenRollup();
    genesisRoot = live.tree.root();
  });
  afterAll(async () => live?.devnet.stop());

  const counts = async () => {
    const head = Number(await live.rollup.reader.getBlockNumber());
    return readContractCounts(createL1Access(live.rollup), head);
  };

  async function isOnL1({ number, batch, dataCommitment }: UnprovenBatch): Promise<void> {
    const stored = await live.rollup.reader.readContract({
      address: live.rollup.address,
      abi: rollupAbi,
      functionName: "batchCommitment",
      args: [BigInt(number)],
    });
    const { header, payouts } = batch;
    expect(stored).toBe(bytesToHex(batchCommitment(header, dataCommitment, payoutListHash(payouts))));
    expect(await counts()).toMatchObject({ root: live.tree.root(), history: header.newHistory, batchCount: number });
  }

  it("takes batches of one block, and of several", async () => {
    for (const position of [1, 2, 3, 4, 5]) await live.deposit(position, 10n ** 18n);
    await isOnL1(await live.publish());
    await isOnL1(
      await live.publishTogether("batch", [
        (send) => send(ALICE, { amount: 7n, recipient: RECIPIENT }),
        (send) => send(ALICE, { amount: 8n, to: accountIndex(65) }),
        () => {},
      ]),
    );
    await isOnL1(await live.publishTogether("pair", [(send) => send(ALICE, { amount: 9n, recipient: RECIPIENT })]));
    expect(await counts()).toMatchObject({ batchCount: 3, queueHead: 5, queueTail: 5, nextIndex: 69 });
    expect(live.batches.map(({ blocks }) => blocks.length)).toEqual([1, 3, 1]);
    expect(live.batches.map(({ batch }) => batch.l1Operations.length)).toEqual([4, 1, 0]);
  });

  it("publishes what readers can follow from genesis", async () => {
    const access = createL1Access(live.rollup);
    const head = Number(await live.rollup.reader.getBlockNumber());
    const events = await readRollupEvents(access, { from: 0, to: head });
    const entries = events.flatMap((event) => (event.type === "queued" ? [event] : []));
    let position = genesisPosition(genesisRoot);
    for (const event of events) {
      if (event.type !== "accepted") continue;
      const { header, number, payoutsHash } = event;
      const content = await readPublishedBatch(access, event);
      const queueHash = entries[event.queueHead - 1]?.queueHash ?? expect.unreachable();
      ({ position } = followBatch(position, { number, header, payoutsHash, queueHash, ...content }, live.compress));
    }
    expect(position).toMatchObject({ batch: 3, block: 5, root: live.tree.root(), queuePosition: 5 });
  });

  it("pays what a batch owes", async () => {
    const [, second] = live.batches;
    if (second === undefined) expect.unreachable();
    const { number, batch, dataCommitment } = second;
    await payBatch(live.rollup, live.devnet.wallet(9), number, { ...batch, dataCommitment });
    expect(await live.rollup.reader.getBalance({ address: bigintToAddress(RECIPIENT) })).toBe(7n);
  });

  it("pays all chosen payouts with the batch, not only as many as its success needs", async () => {
    const recipients = [0xa1n, 0xa2n, 0xa3n, 0xa4n];
    const { number } = await live.publish(
      (send) => {
        for (const recipient of recipients) send(ALICE, { amount: 5n, recipient });
      },
      { payNow: [0, 1, 3] },
    );
    const settled = await live.rollup.reader.readContract({
      address: live.rollup.address,
      abi: rollupAbi,
      functionName: "payoutsSettled",
      args: [BigInt(number), 0n],
    });
    expect(settled).toBe(0b1011n);
  });

  it("refuses a proof of another batch", async () => {
    const { batch } = live.batches.at(-1) ?? expect.unreachable();
    const { newRoot, lastBlock, ...header } = batch.header;
    const next = { ...header, firstBlock: lastBlock + 1n, lastBlock: lastBlock + 1n, oldRoot: newRoot, newRoot };
    const forged = { ...batch, header: next, payouts: [], proof: standInProof(1n) };
    await expect(submitBatch(live.rollup, live.devnet.wallet(0), forged)).rejects.toMatchObject({
      details: { reason: "InvalidProof" },
    });
  });
});
