import { rmSync } from "node:fs";
import {
  findBlock,
  findTransaction,
  listTransactionEvents,
  loadBlocks,
  loadBlockTransactions,
  loadOpenBlocks,
  loadPool,
  loadQueueEntries,
} from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import { accountIndex, encodeFloat16, encodeFloat40, tokenId } from "@cairn/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  accountOf,
  createSequencerHarness,
  FOREVER,
  type Life,
  type SequencerHarness,
  START_MS,
} from "../../test/sequencer-harness.ts";
import type { SubmissionOutcome } from "./submission.ts";

const databases = createTestDatabases().ownServer;
beforeAll(() => databases.start());
afterAll(() => databases.stop());

describe("sequencer", () => {
  let harness: SequencerHarness;
  let life: Life;
  beforeEach(async () => {
    harness = await createSequencerHarness(await databases.create(), 4);
    life = await harness.begin();
    await harness.fund(life);
  });
  afterEach(() => harness.stop());

  const submit = (...group: ReturnType<SequencerHarness["transfer"]>[]) => life.sequencer.submit(group);
  const idsOf = (outcome: SubmissionOutcome): bigint[] =>
    outcome.type === "accepted" ? outcome.transactions.map(({ id }) => id) : [];
  const sealed = (number: number, transactionCount: number) =>
    expect
      .poll(() => findBlock(life.database.db, number))
      .toMatchObject({ status: "sealed", seal: { transactionCount } });
  const nonceOf = (person: number) => life.sequencer.state().getAccount(accountOf(person)).nonce;

  it("confirms a transfer with its place, durably before it answers", async () => {
    const outcome = await submit(harness.transfer(0, 1, 0));
    expect(outcome).toMatchObject({
      type: "accepted",
      transactions: [{ status: "confirmed", inclusion: { blockNumber: 2, slot: 0 } }],
    });
    const [id = 0n] = idsOf(outcome);
    expect(await findTransaction(life.database.db, id)).toMatchObject({ status: "confirmed", amount: 1000n });
    expect(life.sequencer.state().getAccount(accountOf(1)).balance).toBe(10n ** 18n + 1000n);
    const query = { owner: harness.people[1]?.owner ?? 0n, from: 0, limit: 10 };
    expect(life.sequencer.listAccounts(query)).toMatchObject({ accounts: [{ index: accountOf(1) }], next: null });
  });

  it("answers the same transaction again with what became of it", async () => {
    const transfer = harness.transfer(0, 1, 0);
    const [first, again] = await Promise.all([submit(transfer), submit(transfer)]);
    expect(again).toEqual(first);
    expect(await submit(transfer)).toEqual(first);
    expect(await submit(harness.transfer(0, 2, 0))).toMatchObject({
      type: "rejected",
      reason: { type: "nonceTooLow" },
    });
  });

  it("seals a full block at once, others by time", async () => {
    for (let nonce = 0; nonce < 16; nonce++) await submit(harness.transfer(0, 1, nonce));
    await submit(harness.transfer(1, 2, 0));
    await sealed(2, 16);
    expect(await findBlock(life.database.db, 3)).toMatchObject({ status: "open" });
    await harness.pass(1100);
    await life.sequencer.submit([harness.transfer(2, 1, 0)]);
    await sealed(3, 1);
  });

  it("seals a block that reached one of its limits", async () => {
    const withdraw = (nonce: number) =>
      harness.sign(
        {
          type: "withdraw",
          from: accountOf(0),
          nonce,
          tokenId: tokenId(0),
          amount: encodeFloat40(5n),
          fee: encodeFloat16(0n),
          validFrom: 0,
          validUntil: FOREVER,
          reference: 0n,
          recipient: 9n,
        },
        0,
      );
    for (let nonce = 0; nonce < 5; nonce++) await life.sequencer.submit([withdraw(nonce)]);
    await sealed(2, 4);
    expect(await loadBlockTransactions(life.database.db, 3)).toHaveLength(1);
  });

  it("keeps a transaction whose turn has not come, and runs it in order", async () => {
    const early = await submit(harness.transfer(0, 1, 1));
    expect(early).toMatchObject({ type: "accepted", transactions: [{ status: "received" }] });
    expect(await loadPool(life.database.db)).toHaveLength(1);
    await submit(harness.transfer(0, 1, 0));
    await submit(harness.transfer(2, 1, 0));
    const [id = 0n] = idsOf(early);
    expect(await findTransaction(life.database.db, id)).toMatchObject({ inclusion: { blockNumber: 2, slot: 1 } });
    expect(nonceOf(0)).toBe(2);
  });

  describe("a payment signed for a later time", () => {
    const START = START_MS / 1000;
    const later = (nonce: number, seconds: number, change: object = {}) =>
      harness.transfer(0, 1, nonce, { validFrom: START + seconds, ...change });
    const stateOf = async (id: bigint) => (await findTransaction(life.database.db, id))?.status;

    it("waits, runs as soon as a block of that time is open, and lets those behind it follow", async () => {
      const [paid = 0n] = idsOf(await submit(later(0, 60)));
      const [behind = 0n] = idsOf(await submit(harness.transfer(0, 1, 1)));
      await harness.pass(50_000);
      expect([await stateOf(paid), await stateOf(behind)]).toEqual(["received", "received"]);
      await harness.pass(11_000);
      await life.sequencer.submit([harness.transfer(2, 1, 0)]);
      expect([await stateOf(paid), await stateOf(behind)]).toEqual(["confirmed", "confirmed"]);
      const { inclusion } = (await findTransaction(life.database.db, paid)) ?? {};
      const block = await findBlock(life.database.db, inclusion?.blockNumber ?? 0);
      expect(block?.timestamp).toBeGreaterThanOrEqual(START + 60);
      expect(nonceOf(0)).toBe(2);
    });

    it("waits on when its time comes before its turn, and when its turn comes before its time", async () => {
      const [first = 0n] = idsOf(await submit(later(1, 5)));
      const [second = 0n] = idsOf(await submit(later(2, 30)));
      await harness.pass(10_000);
      expect(await stateOf(first)).toBe("received");
      await submit(harness.transfer(0, 1, 0));
      expect([await stateOf(first), await stateOf(second)]).toEqual(["confirmed", "received"]);
      await harness.pass(25_000);
      await life.sequencer.submit([harness.transfer(2, 1, 0)]);
      expect(await stateOf(second)).toBe("confirmed");
    });

    it("keeps its reference, and its place over a restart", async () => {
      const reference = 2n ** 248n - 5n;
      const [id = 0n] = idsOf(await submit(later(0, 60, { reference })));
      await life.crash();
      life = await harness.begin();
      expect(await stateOf(id)).toBe("received");
      await harness.pass(61_000);
      await life.sequencer.submit([harness.transfer(2, 1, 0)]);
      expect(await findTransaction(life.database.db, id)).toMatchObject({
        status: "confirmed",
        signed: { transaction: { reference, validFrom: START + 60 } },
      });
    });

    it("is refused when it would be valid for too short a time to be promised a block", async () => {
      const short = { validUntil: START + 60 + 59 };
      expect(await submit(later(0, 60, short))).toMatchObject({ reason: { type: "expiresTooSoon" } });
      expect(await submit(later(0, 60, { validUntil: START + 10 }))).toMatchObject({ type: "rejected" });
    });
  });

  it("promises nothing for a group that is only partly waiting, until it comes without that part", async () => {
    const [first, second] = [harness.transfer(0, 1, 0), harness.transfer(0, 1, 1)];
    const [early = 0n] = idsOf(await submit(second));
    expect(await submit(first, second)).toEqual({ type: "rejected", index: 1, reason: { type: "alreadyWaiting" } });
    expect(await loadPool(life.database.db)).toHaveLength(1);
    const [late = 0n] = idsOf(await submit(first));
    for (const id of [late, early]) {
      expect(await findTransaction(life.database.db, id)).toMatchObject({ status: "confirmed" });
    }
    expect(nonceOf(0)).toBe(2);
  });

  it("replaces a waiting transaction with one that pays sufficiently more, visibly", async () => {
    const fee = (amount: bigint) => ({ fee: encodeFloat16(amount), amount: encodeFloat40(7n) });
    const [old = 0n] = idsOf(await submit(harness.transfer(0, 1, 2, fee(100n))));
    expect(await submit(harness.transfer(0, 2, 2, fee(109n)))).toMatchObject({
      reason: { type: "replacementUnderpriced", minimumFee: 110n },
    });
    expect(await submit(harness.transfer(0, 2, 2, fee(110n)))).toMatchObject({ type: "accepted" });
    expect(await findTransaction(life.database.db, old)).toMatchObject({ status: "replaced" });
    expect(await listTransactionEvents(life.database.db, old)).toMatchObject([{ type: "replaced" }]);
  });

  it("lets waiting transactions expire and limits how many may wait", async () => {
    const soon = { validUntil: START_MS / 1000 + 100 };
    const [id = 0n] = idsOf(await submit(harness.transfer(0, 1, 1, soon)));
    expect(await submit(harness.transfer(0, 1, 0, { validUntil: START_MS / 1000 + 59 }))).toMatchObject({
      reason: { type: "expiresTooSoon" },
    });
    await harness.pass(101_000);
    await submit(harness.transfer(1, 2, 0));
    expect(await findTransaction(life.database.db, id)).toMatchObject({ status: "expired" });
    for (let nonce = 2; nonce < 10; nonce++) await submit(harness.transfer(0, 1, nonce));
    expect(await submit(harness.transfer(0, 1, 10))).toMatchObject({ reason: { type: "accountPoolFull" } });
    expect(await submit(harness.transfer(0, 1, 16))).toMatchObject({ reason: { type: "nonceTooFar" } });
  });

  it("refuses what is wrong with a reason, and leaves no trace of it", async () => {
    const good = harness.transfer(0, 1, 0);
    const forged = { ...good, signature: { ...good.signature, s: good.signature.s + 1n } };
    expect(await submit(forged)).toMatchObject({ reason: { type: "badSignature" } });
    const poor = harness.transfer(0, 1, 0, { amount: encodeFloat40(2n * 10n ** 18n) });
    expect(await submit(poor)).toMatchObject({ reason: { type: "insufficientBalance" } });
    const stranger = { ...good, transaction: { ...good.transaction, from: accountIndex(99) } };
    expect(await submit(stranger)).toMatchObject({ reason: { type: "unknownSender" } });
    expect(await submit()).toMatchObject({ reason: { type: "emptyGroup" } });
    expect(await findBlock(life.database.db, 2)).toBeUndefined();
  });

  it("refuses more than it can check at a time", async () => {
    await life.crash();
    life = await harness.begin({ maxInFlight: 2 });
    const three = [0, 1, 2].map((nonce) => submit(harness.transfer(0, 1, nonce)));
    const results = await Promise.allSettled(three);
    expect(results.filter(({ status }) => status === "rejected")).toMatchObject([
      { reason: { code: "node/overloaded" } },
    ]);
    expect(nonceOf(0)).toBe(2);
  });

  it("places linked transfers together or not at all", async () => {
    for (let nonce = 0; nonce < 15; nonce++) await submit(harness.transfer(0, 1, nonce));
    expect(await submit(...harness.swap(2, 3, [0, 0]))).toMatchObject({
      transactions: [{ inclusion: { blockNumber: 3, slot: 0 } }, { inclusion: { blockNumber: 3, slot: 1 } }],
    });
    const [half] = harness.swap(2, 3, [1, 1]);
    if (half) expect(await submit(half)).toMatchObject({ type: "rejected" });
    expect(nonceOf(2)).toBe(1);
  });

  it("holds a linked group until both nonces are due", async () => {
    await submit(...harness.swap(2, 3, [0, 1]));
    expect(nonceOf(2)).toBe(0);
    await submit(harness.transfer(3, 1, 0));
    await submit(harness.transfer(0, 1, 0));
    expect([nonceOf(2), nonceOf(3)]).toEqual([1, 2]);
  });

  describe("after a crash", () => {
    const acknowledge = async () => {
      const outcomes: SubmissionOutcome[] = [];
      for (let nonce = 0; nonce < 20; nonce++) outcomes.push(await submit(harness.transfer(0, 1, nonce)));
      outcomes.push(await submit(...harness.swap(2, 3, [0, 0])), await submit(harness.transfer(1, 2, 3)));
      return outcomes;
    };
    const stored = async () =>
      (await Promise.all([2, 3].map((n) => loadBlockTransactions(life.database.db, n)))).flat();

    it("has everything acknowledged in its place", async () => {
      await acknowledge();
      const before = await stored();
      const state = life.sequencer.state();
      const balances = [0, 1, 2, 3].map((person) => state.getAccount(accountOf(person)));
      await life.crash();
      life = await harness.begin();
      expect(await stored()).toEqual(before);
      expect(life.sequencer.status()).toMatchObject({ phase: "running", pool: 1, openBlock: 3 });
      expect([0, 1, 2, 3].map((person) => life.sequencer.state().getAccount(accountOf(person)))).toEqual(balances);
      await submit(harness.transfer(0, 1, 20));
      await life.sequencer.sealNow();
      expect((await findBlock(life.database.db, 3))?.seal?.newRoot).toBe(life.keeper.root());
    });

    it("seals the full unsealed blocks, each with the result of its transactions", async () => {
      const never = Promise.withResolvers<never>();
      await life.crash();
      life = await harness.begin({}, (keeper) => ({ ...keeper, seal: () => never.promise }));
      const outcomes: SubmissionOutcome[] = [];
      for (let nonce = 0; nonce < 40; nonce++) outcomes.push(await submit(harness.transfer(0, 1, nonce)));
      expect((await loadOpenBlocks(life.database.db)).map(({ number }) => number)).toEqual([2, 3, 4]);
      const balances = [0, 1].map((person) => life.sequencer.state().getAccount(accountOf(person)));
      never.reject(new RangeError("killed"));
      await life.crash();
      life = await harness.begin();
      expect(life.sequencer.status()).toMatchObject({ phase: "running", openBlock: 4 });
      await Promise.all([sealed(2, 16), sealed(3, 16)]);
      expect([0, 1].map((person) => life.sequencer.state().getAccount(accountOf(person)))).toEqual(balances);
      expect((await findBlock(life.database.db, 3))?.seal?.newRoot).toBe(life.keeper.root());
      for (const [i, outcome] of outcomes.entries()) {
        const [id = 0n] = idsOf(outcome);
        const inclusion = { blockNumber: 2 + Math.floor(i / 16), slot: i % 16 };
        expect(await findTransaction(life.database.db, id)).toMatchObject({ status: "confirmed", inclusion });
      }
    });

    it("undoes a block of the state store that the database does not know as sealed", async () => {
      await acknowledge();
      const before = await stored();
      await sealed(2, 16);
      await life.database.close();
      await harness.pass(1100);
      await expect.poll(() => life.keeper.blockNumber()).toBe(3);
      await life.crash();
      life = await harness.begin();
      expect(life.keeper.blockNumber()).toBe(2);
      expect(await stored()).toEqual(before);
    });

    it("re-executes what the state store has lost", async () => {
      await acknowledge();
      await life.sequencer.sealNow();
      const root = life.keeper.root();
      await life.crash();
      rmSync(harness.stateDirectory, { recursive: true });
      life = await harness.begin();
      expect(life.keeper.root()).toBe(root);
      expect(life.keeper.blockNumber()).toBe(3);
    });
  });

  it("acknowledges nothing while the database is away, and continues when it is back", async () => {
    await submit(harness.transfer(0, 1, 0));
    await databases.server()?.crashAndRestart();
    const lost = await submit(harness.transfer(0, 1, 1)).catch((error: unknown) => error);
    if (lost instanceof Error) expect(lost).toMatchObject({ code: "node/unavailable" });
    await expect
      .poll(
        () => {
          harness.clock.advance(300);
          return life.sequencer.status().phase;
        },
        { timeout: 20_000 },
      )
      .toBe("running");
    expect(await submit(harness.transfer(0, 1, 1))).toMatchObject({ type: "accepted" });
    expect(nonceOf(0)).toBe(2);
  });

  it("recovers when a block cannot be sealed, with everything acknowledged in its place", async () => {
    await life.crash();
    let failures = 1;
    life = await harness.begin({}, (keeper) => ({
      ...keeper,
      seal: (task) => (failures-- > 0 ? Promise.reject(new RangeError("no space left")) : keeper.seal(task)),
    }));
    for (let nonce = 0; nonce < 16; nonce++) await submit(harness.transfer(0, 1, nonce));
    await expect.poll(() => life.sequencer.status().phase).toBe("recovering");
    await expect(submit(harness.transfer(0, 1, 16))).rejects.toMatchObject({ code: "node/unavailable" });
    harness.clock.advance(300);
    await expect.poll(() => life.sequencer.status().phase).toBe("running");
    await submit(harness.transfer(0, 1, 16));
    await life.sequencer.sealNow();
    await sealed(2, 16);
    await sealed(3, 1);
    expect(nonceOf(0)).toBe(17);
  });

  it("rebuilds unsent blocks on another L1 queue; their transactions run again in order, visibly", async () => {
    const ids: bigint[] = [];
    for (let nonce = 0; nonce < 18; nonce++) ids.push(...idsOf(await submit(harness.transfer(0, 1, nonce))));
    ids.push(...idsOf(await submit(...harness.swap(2, 3, [0, 0]))));
    const { db } = life.database;
    await db.deleteFrom("queue_entries").where("index", ">=", 3).execute();
    await harness.enqueue(life.database, [
      { type: "deposit", owner: 77n, tokenId: tokenId(0), amount: 5n, index: accountIndex(0), key: 0n },
    ]);
    await life.sequencer.rebuildFrom(1, "L1 reorg");
    expect(life.sequencer.state().getAccount(accountOf(3)).owner).toBe(77n);
    expect(nonceOf(0)).toBe(18);
    const rows = await Promise.all(ids.map((id) => findTransaction(db, id)));
    expect(rows.slice(0, 18).every((row) => row?.status === "confirmed")).toBe(true);
    expect(rows.slice(18)).toMatchObject([{ status: "rejected" }, { status: "rejected" }]);
    const order = (await loadBlocks(db, 1, 9)).map(({ number }) => loadBlockTransactions(db, number));
    expect((await Promise.all(order)).flat().map(({ id }) => id)).toEqual(ids.slice(0, 18));
    expect((await listTransactionEvents(db, ids[18] ?? 0n)).map(({ type }) => type)).toEqual([
      "confirmed",
      "requeued",
      "rejected",
    ]);
    expect(await loadQueueEntries(db, 0, 9)).toHaveLength(4);
  });
});
