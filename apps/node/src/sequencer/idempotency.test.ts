import { createTestDatabases } from "@cairn/db/testing";
import { encodeFloat40, type SignedTransaction } from "@cairn/protocol";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createSequencerHarness, type Life, type SequencerHarness, START_MS } from "../../test/sequencer-harness.ts";
import type { SubmissionOutcome } from "./submission.ts";

const databases = createTestDatabases().server;
const [ALICE, BOB] = [0, 1];
const KEY = "order-17";
const SOON = START_MS / 1000 + 100;

describe("a payment under an idempotency key", () => {
  let harness: SequencerHarness;
  let life: Life;
  beforeAll(() => databases.start());
  afterAll(() => databases.stop());
  beforeEach(async () => {
    harness = await createSequencerHarness(await databases.create(), 2);
    life = await harness.begin();
    await harness.fund(life);
    return harness.stop;
  });

  const payment = (nonce: number, change: { readonly validUntil?: number } = {}): SignedTransaction =>
    harness.transfer(ALICE, BOB, nonce, { amount: encodeFloat40(1n), ...change });
  const submit = (signed: SignedTransaction, idempotencyKey = KEY): Promise<SubmissionOutcome> =>
    life.sequencer.submit([signed], { idempotencyKey });
  const idOf = (outcome: SubmissionOutcome): bigint =>
    outcome.type === "accepted" ? (outcome.transactions[0]?.id ?? 0n) : 0n;
  const used = (by: bigint) => ({ type: "rejected", index: 0, reason: { type: "idempotencyKeyUsed", by } });

  it("is made once: the same again is answered the same, the next one is refused and names the first", async () => {
    const first = await submit(payment(0));
    expect(await submit(payment(0))).toMatchObject({ type: "accepted", transactions: [{ id: idOf(first) }] });
    expect(await submit(payment(1))).toEqual(used(idOf(first)));
    expect(await submit(payment(1), "order-18")).toMatchObject({ type: "accepted" });
  });

  it("is made once also when both arrive at the same time", async () => {
    const outcomes = await Promise.all([
      submit(payment(0)),
      submit(payment(1)),
      submit(payment(0)),
      submit(payment(2)),
    ]);
    expect(outcomes.map(({ type }) => type)).toEqual(["accepted", "rejected", "accepted", "rejected"]);
    expect(outcomes[1]).toMatchObject({ reason: { type: "idempotencyKeyUsed" } });
  });

  it("is made once over a crash of the node and over restarts", async () => {
    const first = await submit(payment(0));
    await life.crash();
    life = await harness.begin();
    expect(await submit(payment(1))).toEqual(used(idOf(first)));
    expect(idOf(await submit(payment(0)))).toBe(idOf(first));
  });

  it("waits for its nonce under the key", async () => {
    const first = await submit(payment(1));
    expect(first).toMatchObject({ transactions: [{ status: "received" }] });
    expect(await submit(payment(0))).toEqual(used(idOf(first)));
  });

  it("can be made with another signature after it was refused, or can no longer run", async () => {
    expect(await submit(payment(99))).toMatchObject({ type: "rejected", reason: { type: "nonceTooFar" } });
    const waiting = await submit(payment(1, { validUntil: SOON }));
    expect(waiting).toMatchObject({ type: "accepted" });
    await harness.pass(101_000);
    await life.sequencer.sealNow();
    const second = await submit(payment(0));
    expect(second).toMatchObject({ type: "accepted" });
    expect(await submit(payment(1))).toEqual(used(idOf(second)));
  });

  it("uses up no key of anybody else: keys belong to whoever signs, and forgeries reach none", async () => {
    const first = await submit(payment(0));
    expect(await submit(harness.transfer(BOB, ALICE, 0))).toMatchObject({ type: "accepted" });
    const { signature } = payment(1);
    expect(await submit({ ...payment(2), signature }, "order-20")).toMatchObject({ reason: { type: "badSignature" } });
    expect(await submit(payment(1), "order-20")).toMatchObject({ type: "accepted" });
    expect(idOf(first)).not.toBe(0n);
  });

  it("of a group stands for the whole group", async () => {
    const swap = harness.swap(ALICE, BOB, [0, 0]);
    const first = await life.sequencer.submit(swap, { idempotencyKey: KEY });
    expect(first).toMatchObject({ type: "accepted" });
    expect(await life.sequencer.submit(swap, { idempotencyKey: KEY })).toEqual(first);
    expect(await submit(payment(1))).toEqual(used(idOf(first)));
  });
});
