import { encodeSignature } from "@cairn/crypto";
import { insertPaymentRequest } from "@cairn/db";
import { createTestDatabases } from "@cairn/db/testing";
import {
  accountIndex,
  bigintToAddress,
  bytesToHex,
  encodeFloat40,
  memoReference,
  type PaymentRequest,
  paymentRequestId,
  referenceToHex,
  requestAuthorization,
  textReference,
  tokenId,
} from "@cairn/protocol";
import { ROUTES, type RouteResponse } from "@cairn/rpc";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { restoreInto } from "../../test/history-scene.ts";
import { createSequencerHarness, DOMAIN, type Life, type SequencerHarness } from "../../test/sequencer-harness.ts";
import type { EventFilter } from "../events/filter.ts";
import { createEventLog } from "../events/log.ts";
import { readEvents } from "../events/messages.ts";
import { createHistoryHandlers } from "./history-handlers.ts";
import { createRequestReads, createRequestWrites, MAX_OPEN_REQUESTS, SWEEP_MS } from "./request-handlers.ts";

const databases = createTestDatabases().server;
const [ALICE, BOB] = [0, 1];
const HOUR = 3_600;
const none = { params: undefined, query: undefined } as const;

describe("requests for payments", () => {
  let harness: SequencerHarness;
  let life: Life;
  let writes: ReturnType<typeof createRequestWrites>;
  let reads: ReturnType<typeof createRequestReads>;
  let nonce = 0;
  let orders = 0;

  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    harness = await createSequencerHarness(await databases.create(), 3);
    life = await harness.begin();
    await harness.fund(life, 1_000_000n);
    connect();
    nonce = 0;
    return harness.stop;
  });

  const connect = (maxRequests?: number) => {
    const { database, sequencer } = life;
    const limit = maxRequests === undefined ? {} : { maxRequests };
    writes = createRequestWrites({ database, sequencer, domain: DOMAIN, clock: harness.clock, ...limit });
    reads = createRequestReads(database, harness.clock);
  };
  /** Sets the clock, and passes the time between two sweeps: timers of three months would run for half a minute. */
  const days = (count: number) => {
    harness.clock.jumpTo(harness.clock.nowMs() + count * 86_400_000);
    return harness.pass(SWEEP_MS);
  };
  const nowSeconds = () => Math.floor(harness.clock.nowMs() / 1000);
  const ownerOf = (person: number) => ({
    owner: harness.people[person]?.owner ?? 0n,
    key: harness.people[person]?.key ?? 0n,
  });
  /** What Bob asks for. */
  const requestOf = (change: Partial<PaymentRequest> = {}): PaymentRequest => ({
    account: accountIndex(64 + BOB),
    ...ownerOf(BOB),
    tokenId: tokenId(0),
    amount: 100n,
    reference: textReference(`order ${++orders}`),
    expiresAt: nowSeconds() + HOUR,
    ...change,
  });
  const bodyOf = (request: PaymentRequest, { signer = BOB, memo }: { signer?: number; memo?: string } = {}) => {
    const { signature } = harness.sign(requestAuthorization(request, DOMAIN), signer);
    const { account, amount, reference, expiresAt } = request;
    return ROUTES.requestPayment.body.parse({
      account,
      amount: amount.toString(),
      reference: referenceToHex(reference),
      expiresAt,
      signature: bytesToHex(encodeSignature(signature)),
      ...(memo === undefined ? {} : { memo }),
    });
  };
  const ask = async (change: Partial<PaymentRequest> = {}, options: { signer?: number; memo?: string } = {}) => {
    const request = requestOf(change);
    await writes.requestPayment({ ...none, body: bodyOf(request, options) });
    return request;
  };
  const stateOf = (request: PaymentRequest): Promise<RouteResponse<"paymentRequest">> =>
    reads.paymentRequest({ params: { id: paymentRequestId(request, DOMAIN) }, query: undefined, body: undefined });
  const pay = async (reference: bigint, amount: bigint, to = BOB): Promise<void> => {
    const change = { amount: encodeFloat40(amount), reference };
    await life.sequencer.submit([harness.transfer(ALICE, to, nonce++, change)]);
  };
  const refusal = async (change: Partial<PaymentRequest>, options: { signer?: number; memo?: string } = {}) => {
    const error = await ask(change, options).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "rejected" });
    return (error as { details: { reason: object } }).details.reason;
  };

  it("are open, and paid once a block holds the amount with the reference", async () => {
    const request = await ask();
    expect(await stateOf(request)).toMatchObject({ status: "open", paid: "0", certainty: null, payments: [] });
    await pay(request.reference, 100n);
    expect(await stateOf(request)).toMatchObject({
      status: "paid",
      paid: "100",
      certainty: "confirmed",
      payments: [{ status: "confirmed", amount: "100", isLate: false }],
    });
  });

  it("are underpaid, paid in parts, and overpaid", async () => {
    const request = await ask();
    await pay(request.reference, 40n);
    expect(await stateOf(request)).toMatchObject({ status: "underpaid", paid: "40" });
    await pay(request.reference, 60n);
    expect(await stateOf(request)).toMatchObject({ status: "paid", payments: { length: 2 } });
    await pay(request.reference, 1n);
    expect(await stateOf(request)).toMatchObject({ status: "overpaid", paid: "101" });
  });

  it("are not paid by another reference, to another account, or by what was refused", async () => {
    const request = await ask();
    await pay(request.reference + 1n, 100n);
    await pay(request.reference, 100n, 2);
    const tooMuch = { amount: encodeFloat40(5_000_000n), reference: request.reference };
    await life.sequencer.submit([harness.transfer(2, BOB, 0, tooMuch)]).catch(() => undefined);
    expect(await stateOf(request)).toMatchObject({ status: "open", paid: "0" });
  });

  it("are not paid by what somebody else gets who has the account after its block was dropped", async () => {
    const request = requestOf({ owner: 0xdeadn });
    const stored = { ...request, createdAtMs: harness.clock.nowMs() };
    await insertPaymentRequest(life.database.db, paymentRequestId(request, DOMAIN), stored, MAX_OPEN_REQUESTS);
    await pay(request.reference, 100n);
    expect(await stateOf(request)).toMatchObject({ status: "open", paid: "0", payments: [] });
  });

  it("expire; what comes later is shown, and does not count", async () => {
    const request = await ask({ expiresAt: nowSeconds() + 10 });
    await harness.pass(60_000);
    expect(await stateOf(request)).toMatchObject({ status: "expired" });
    await pay(request.reference, 100n);
    expect(await stateOf(request)).toMatchObject({
      status: "expired",
      paid: "0",
      paidLate: "100",
      payments: [{ isLate: true }],
    });
  });

  it("follow blocks that are dropped and built again", async () => {
    const request = await ask();
    await pay(request.reference, 100n);
    await life.sequencer.sealNow();
    const first = life.keeper.blockNumber();
    expect(await stateOf(request)).toMatchObject({ status: "paid" });
    await life.sequencer.rebuildFrom(first, "test", async () => {
      expect(await stateOf(request)).toMatchObject({ status: "open", paid: "0", payments: [{ status: "received" }] });
    });
    expect(await stateOf(request)).toMatchObject({ status: "paid", payments: [{ status: "confirmed" }] });
  });

  it("and payments survive a crash", async () => {
    const request = await ask({}, {});
    await pay(request.reference, 100n);
    await life.crash();
    life = await harness.begin();
    connect();
    expect(await stateOf(request)).toMatchObject({ status: "paid" });
  });

  /** The same rollup on a node that was restored from L1, after a payment with this reference. */
  const restoreAfter = async (reference: bigint) => {
    await pay(reference + 1n, 100n);
    await pay(reference, 100n);
    await life.sequencer.sealNow();
    const other = await createSequencerHarness(await databases.create(), 0);
    const restored = await other.begin();
    await restoreInto(life, restored, other);
    life = restored;
    connect();
    return other;
  };
  const again = (reference: bigint, amount = 100n) =>
    life.sequencer.submit([harness.transfer(ALICE, BOB, 1, { amount: encodeFloat40(amount), reference })]);

  it("show a payment that is submitted again on a node that was restored from L1, as its payer's word", async () => {
    const request = await ask();
    const other = await restoreAfter(request.reference);
    await writes.requestPayment({ ...none, body: bodyOf(request) });
    expect(await stateOf(request)).toMatchObject({ status: "open", payments: [] });
    const known = { type: "accepted", transactions: [{ status: "confirmed" }] };
    expect(await again(request.reference)).toMatchObject(known);
    const shown = {
      status: "open",
      paid: "0",
      paidRecalled: "100",
      payments: [{ status: "proven", isRecalled: true }],
    };
    expect(await stateOf(request)).toMatchObject(shown);
    // Known by now, it is the same; another one under a used nonce is refused.
    expect(await again(request.reference)).toMatchObject(known);
    expect(await again(request.reference, 101n)).toMatchObject({ type: "rejected" });
    expect(await stateOf(request)).toMatchObject(shown);
    await other.stop();
  });

  it.each(["proven", "final"] as const)(
    "are told of a recalled payment in a %s block, as its payer's word",
    async (reached) => {
      const request = await ask();
      const other = await restoreAfter(request.reference);
      if (reached === "final") await life.database.db.updateTable("blocks").set({ status: "final" }).execute();
      const log = createEventLog(life.database);
      const before = await log.end();
      await again(request.reference);
      const toldOf = async (filter: EventFilter) => {
        const page = (await readEvents(log, filter, before, 100)) ?? expect.unreachable();
        return page.told.flatMap(({ message }) => (message.type === "entry" ? [message] : []));
      };
      const statuses = reached === "final" ? ["confirmed", "proven", "final"] : ["confirmed", "proven"];
      const recalled = {
        reference: referenceToHex(request.reference),
        amount: "100",
        status: reached,
        isRecalled: true,
      };
      const byReference = await toldOf({ reference: request.reference });
      expect(byReference.map(({ status }) => status)).toEqual(statuses);
      for (const { entry } of byReference) expect(entry).toMatchObject(recalled);
      // In an account the entry of the payment that nobody knew makes way for it.
      for (const filter of [{ account: 64 + BOB }, { owner: ownerOf(BOB).owner }]) {
        const told = await toldOf(filter);
        expect(told.map(({ status }) => status)).toEqual(["removed", ...statuses]);
        expect(told.map(({ entry }) => entry.id === null)).toEqual([true, ...statuses.map(() => false)]);
        expect(told[0]?.entry).not.toHaveProperty("isRecalled");
      }
      const { entries } = await createHistoryHandlers(life.database, harness.clock, () =>
        Promise.resolve(false),
      ).ownerHistory({
        params: { owner: bigintToAddress(ownerOf(BOB).owner) },
        query: ROUTES.ownerHistory.query.parse({}),
        body: undefined,
      });
      expect(entries.filter(({ isRecalled }) => isRecalled === true)).toEqual([expect.objectContaining(recalled)]);
      await other.stop();
    },
  );

  it("are not paid by an old payment that its payer signs once more with their reference, after a restoration", async () => {
    const old = await ask();
    const other = await restoreAfter(old.reference);
    const next = await ask({ reference: old.reference + 77n });
    expect(await again(next.reference)).toMatchObject({ type: "accepted" });
    expect(await stateOf(next)).toMatchObject({ status: "open", paid: "0", certainty: null, paidRecalled: "100" });
    await other.stop();
  });

  it("are the same request when they are asked for again, also when they are over", async () => {
    const request = await ask();
    await pay(request.reference, 100n);
    const again = await writes.requestPayment({ ...none, body: bodyOf(request) });
    expect(again).toMatchObject({ id: paymentRequestId(request, DOMAIN), status: "paid" });
    await harness.pass(2 * HOUR * 1000);
    expect(await writes.requestPayment({ ...none, body: bodyOf(request) })).toMatchObject({ status: "paid" });
  });

  it("are taken from the account's key alone", async () => {
    expect(await refusal({}, { signer: ALICE })).toEqual({ type: "badSignature" });
    const request = requestOf();
    const body = { ...bodyOf(request), amount: "101" };
    await expect(writes.requestPayment({ ...none, body })).rejects.toMatchObject({
      details: { reason: { type: "badSignature" } },
    });
    expect(await refusal({ account: accountIndex(99) })).toEqual({ type: "unknownAccount", index: 99 });
    const zeros = { ...bodyOf(request), signature: `0x${"f".repeat(128)}` };
    await expect(writes.requestPayment({ ...none, body: zeros })).rejects.toMatchObject({
      code: "crypto/invalid-signature",
    });
  });

  it("cannot be submitted as transactions: their authorisation is over since 1970", async () => {
    const signed = harness.sign({ ...requestAuthorization(requestOf(), DOMAIN) }, BOB);
    expect(await life.sequencer.submit([signed])).toMatchObject({
      type: "rejected",
      reason: { type: expect.stringMatching(/^expire/) },
    });
  });

  it("have times that the node can keep", async () => {
    expect(await refusal({ expiresAt: nowSeconds() - 1 })).toMatchObject({ type: "expired" });
    expect(await refusal({ expiresAt: nowSeconds() + 400 * 86_400 })).toMatchObject({ type: "expiresTooLate" });
  });

  it("do not fill the table: an account has so many open ones at most", async () => {
    const { database } = life;
    const { insertPaymentRequest } = await import("@cairn/db");
    for (let i = 0; i < MAX_OPEN_REQUESTS; i++) {
      const request = { ...requestOf(), createdAtMs: harness.clock.nowMs() };
      await insertPaymentRequest(database.db, paymentRequestId(request, DOMAIN), request, MAX_OPEN_REQUESTS);
    }
    expect(await refusal({})).toEqual({ type: "tooManyRequests", maximum: MAX_OPEN_REQUESTS });
    const own = {
      account: accountIndex(64),
      owner: harness.people[ALICE]?.owner ?? 0n,
      key: harness.people[ALICE]?.key ?? 0n,
    };
    await ask(own, { signer: ALICE });
    await harness.pass(2 * HOUR * 1000);
    await ask();
  });

  it("that are over make room for others when the table is full, those first of whom there are most", async () => {
    connect(4);
    const others = await ask(
      { account: accountIndex(64 + ALICE), ...ownerOf(ALICE), expiresAt: nowSeconds() },
      { signer: ALICE },
    );
    const over = [await ask({ expiresAt: nowSeconds() }), await ask({ expiresAt: nowSeconds() })];
    const open = await ask();
    await expect(ask()).rejects.toMatchObject({ code: "node/overloaded" });
    await harness.pass(120_000);
    for (let i = 0; i < 2; i++) await ask();
    for (const one of [others, open]) expect(await stateOf(one)).toMatchObject({ paid: "0" });
    for (const one of over) await expect(stateOf(one)).rejects.toMatchObject({ code: "not-found" });
  });

  it("are forgotten three months after their time", async () => {
    const request = await ask();
    await days(89);
    await ask();
    expect(await stateOf(request)).toMatchObject({ status: "expired" });
    await days(2);
    await ask();
    await expect(stateOf(request)).rejects.toMatchObject({ code: "not-found" });
  });

  describe("memos", () => {
    const MEMO = "Invoice 17: 25 hours of advice, payable within 30 days";
    const read = (memo: string) =>
      reads.memo({ params: { reference: referenceToHex(memoReference(memo)) }, query: undefined, body: undefined });
    const keep = (memo: string) => writes.storeMemo({ ...none, body: ROUTES.storeMemo.body.parse({ memo }) });

    it("come with a request whose reference is their hash", async () => {
      const request = await ask({ reference: memoReference(MEMO) }, { memo: MEMO });
      expect(await stateOf(request)).toMatchObject({ memo: MEMO });
      expect(await read(MEMO)).toEqual({ memo: MEMO });
      expect(await refusal({}, { memo: MEMO })).toEqual({ type: "otherMemo" });
    });

    it("are kept for a transaction, and for nothing that nobody refers to", async () => {
      await expect(keep(MEMO)).rejects.toMatchObject({ code: "not-found" });
      await pay(memoReference(MEMO), 5n);
      expect(await keep(MEMO)).toEqual({ reference: referenceToHex(memoReference(MEMO)) });
      expect(await keep(MEMO)).toEqual({ reference: referenceToHex(memoReference(MEMO)) });
      expect(await read(MEMO)).toEqual({ memo: MEMO });
      await expect(read("another memo")).rejects.toMatchObject({ code: "not-found" });
    });

    it("have 4,096 bytes of well-formed text at most", () => {
      const accepts = (memo: string) => ROUTES.storeMemo.body.safeParse({ memo }).success;
      expect(["é".repeat(2_048), "😀".repeat(1_024), "=1+1\n"].map(accepts)).toEqual([true, true, true]);
      expect(["", "é".repeat(2_049), "x".repeat(4_097), "\ud800", "a\0b"].map(accepts)).toEqual(Array(5).fill(false));
    });

    it("go with the request that they came with", async () => {
      await ask({ reference: memoReference(MEMO) }, { memo: MEMO });
      await days(100);
      await ask();
      await expect(read(MEMO)).rejects.toMatchObject({ code: "not-found" });
    });
  });
});
