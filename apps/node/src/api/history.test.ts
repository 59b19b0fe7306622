import { createTestDatabases } from "@cairn/db/testing";
import {
  accountIndex,
  bigintToAddress,
  encodeFloat16,
  encodeFloat40,
  referenceToHex,
  textReference,
  tokenId,
  WHOLE_BALANCE,
} from "@cairn/protocol";
import { ROUTES, type RouteResponse } from "@cairn/rpc";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type HistoryReader, historyReader, restoreInto } from "../../test/history-scene.ts";
import { createSequencerHarness, FOREVER, type Life, type SequencerHarness } from "../../test/sequencer-harness.ts";
import { createFeePolicy } from "../sequencer/fee-policy.ts";
import type { LedgerEntry } from "./entries.ts";

const databases = createTestDatabases().server;
const [ALICE, BOB, CAROL] = [0, 1, 2];
const STRANGER = 0xabcdn;
const RECIPIENT = 0xbeefn;
const REFERENCE = textReference("invoice 17");

/** An entry without what only the node that took the transaction can know. */
const published = ({ id: _id, atMs: _at, reference: _reference, ...rest }: LedgerEntry) => rest;
const brief = ({ type, direction, amount, status }: LedgerEntry) => [type, direction, amount, status];

describe("the history of an owner", () => {
  let harness: SequencerHarness;
  let life: Life;
  let history: HistoryReader;
  const ownerOf = (person: number) => harness.people[person]?.owner ?? 0n;

  beforeAll(async () => {
    await databases.start();
    harness = await createSequencerHarness(await databases.create(), 3);
    const fees = { owner: harness.people[CAROL]?.owner ?? 0n, tokens: [tokenId(0)] };
    life = await harness.begin({ feeTakers: fees }, undefined, freePolicy());
    history = historyReader(life);
    await harness.fund(life, 10_000n);
    const { sequencer, database } = life;
    const draft = {
      from: accountIndex(64 + ALICE),
      tokenId: tokenId(0),
      fee: encodeFloat16(2n),
      validFrom: 0,
      validUntil: FOREVER,
      reference: 0n,
    };
    const amount = encodeFloat40(100n);
    await sequencer.submit([harness.transfer(ALICE, BOB, 0, { amount, fee: draft.fee, reference: REFERENCE })]);
    await sequencer.submit([harness.transfer(ALICE, ALICE, 1, { amount })]);
    const toStranger = {
      type: "transferToNew",
      ...draft,
      nonce: 2,
      amount,
      toOwner: STRANGER,
      toKey: 9n,
      link: null,
    } as const;
    await sequencer.submit([harness.sign(toStranger, ALICE)]);
    const withdrawal = { type: "withdraw", ...draft, nonce: 3, amount, recipient: RECIPIENT } as const;
    await sequencer.submit([harness.sign(withdrawal, ALICE)]);
    // Its predecessors are missing.
    await sequencer.submit([harness.transfer(ALICE, BOB, 6, { amount: WHOLE_BALANCE })]);
    await sequencer.sealNow();
    await harness.enqueue(database, [
      { type: "deposit", owner: ownerOf(ALICE), tokenId: tokenId(0), amount: 50n, index: accountIndex(64), key: 0n },
      { type: "setKey", sender: ownerOf(BOB), index: accountIndex(65), key: 77n },
      { type: "forcedWithdraw", sender: ownerOf(BOB), index: accountIndex(65) },
      { type: "forcedWithdraw", sender: ownerOf(BOB), index: accountIndex(64) },
    ]);
    await sequencer.queueChanged();
    await harness.pass(1000);
    await sequencer.sealNow();
    await harness.enqueue(database, [{ type: "setKey", sender: ownerOf(BOB), index: accountIndex(65), key: 78n }]);
  });
  afterAll(async () => {
    await harness.stop();
    await databases.stop();
  });

  it("is in one place: what was sent and received, deposits with their accounts, requests, fees, payouts", async () => {
    const alice = await history.all(ownerOf(ALICE));
    expect(alice.map(brief)).toEqual([
      ["transfer", "out", null, "received"],
      ["withdraw", "out", "100", "confirmed"],
      ["transfer", "out", "100", "confirmed"],
      ["transfer", "both", "100", "confirmed"],
      ["transfer", "out", "100", "confirmed"],
      ["deposit", "in", "50", "confirmed"],
      ["deposit", "in", "10000", "confirmed"],
    ]);
    expect(alice[1]).toMatchObject({
      to: { account: null },
      payout: { status: "owed", l1Transaction: null },
      fee: "2",
    });
    expect(alice[2]).toMatchObject({ to: { account: 67 } });
    expect(alice[4]).toMatchObject({
      reference: referenceToHex(REFERENCE),
      from: { account: 64 },
      to: { account: 65 },
    });
    expect(alice.slice(5)).toMatchObject([
      { outcome: "toppedUp", to: { account: 64 }, queuePosition: 3, block: 3 },
      { outcome: "created", to: { account: 64 }, queuePosition: 0, block: 1 },
    ]);
    expect((await history.all(ownerOf(BOB))).map(({ type, outcome, amount }) => [type, outcome, amount])).toEqual([
      ["transfer", null, null],
      ["transfer", null, "100"],
      ["payout", null, "10100"],
      ["setKey", null, null],
      ["forcedWithdraw", "noEffect", null],
      ["forcedWithdraw", "exited", "10100"],
      ["setKey", "keySet", null],
      ["deposit", "created", "10000"],
    ]);
    expect((await history.all(ownerOf(CAROL))).map(brief)).toEqual([
      ["fees", "in", "6", "confirmed"],
      ["deposit", "in", "10000", "confirmed"],
    ]);
    expect((await history.all(STRANGER)).map(brief)).toEqual([["transfer", "in", "100", "confirmed"]]);
    const [payout] = await history.all(RECIPIENT);
    expect(payout).toMatchObject({
      type: "payout",
      direction: "in",
      amount: "100",
      id: alice[1]?.id,
      slot: alice[1]?.slot,
    });
  });

  it("is also that of an account, without what did nothing to it", async () => {
    expect((await history.all(64)).map(brief)).toEqual((await history.all(ownerOf(ALICE))).map(brief));
    const bob = await history.all(65);
    expect(bob.map(({ type, outcome }) => [type, outcome])).not.toContainEqual(["forcedWithdraw", "noEffect"]);
    expect(bob.map(({ type }) => type)).not.toContain("payout");
    expect((await history.all(67)).map(brief)).toEqual([["transfer", "in", "100", "confirmed"]]);
  });

  it("leads to its deposits, by their L1 transaction and by owner: what they brought, and to which account", async () => {
    const position = 3;
    const hash = `0x${"0c".repeat(32)}`;
    const update = life.database.db.updateTable("queue_entries").set({ l1_transaction: new Uint8Array(32).fill(12) });
    await update.where("index", "=", position).execute();
    const deposits = async (query: Readonly<Record<string, string>>) => {
      const found: RouteResponse<"deposits">["deposits"] = [];
      for (let cursor: string | null = ""; cursor !== null; ) {
        const page = ROUTES.deposits.query.parse({ ...query, ...(cursor === "" ? {} : { cursor }) });
        const { deposits, next } = await history.handlers.deposits({ params: undefined, query: page, body: undefined });
        expect(deposits.length).toBeLessThanOrEqual(page.limit);
        found.push(...deposits);
        cursor = next;
      }
      return found;
    };
    const positions = async (query: Readonly<Record<string, string>>) =>
      (await deposits(query)).map((deposit) => deposit.position);
    const owner = bigintToAddress(ownerOf(ALICE));
    expect(await deposits({ owner })).toMatchObject([
      { position, l1Transaction: hash, block: 3, outcome: { type: "toppedUp", account: 64 } },
      { position: 0, block: 1, outcome: { type: "created", account: 64 } },
    ]);
    expect(await positions({ l1Transaction: hash })).toEqual([position]);
    expect(await positions({ l1Transaction: hash, owner })).toEqual([position]);
    expect(await positions({ l1Transaction: hash, owner: bigintToAddress(ownerOf(BOB)) })).toEqual([]);
    expect(await positions({ l1Transaction: `0x${"02".repeat(32)}` })).toEqual([2, 1, 0]);
    expect(await positions({ l1Transaction: `0x${"03".repeat(32)}` })).toEqual([]);
    for (const limit of ["1", "2", "3", "4"]) expect(await positions({ limit })).toEqual([3, 2, 1, 0]);
    expect(await positions({ owner, limit: "1" })).toEqual([3, 0]);
  });

  it("is filtered by direction, type, token, time, status and reference, alone and together", async () => {
    const alice = ownerOf(ALICE);
    const everything = await history.all(alice);
    const kept = async (query: Readonly<Record<string, string>>, keep: (entry: LedgerEntry) => boolean) => {
      const expected = everything.filter(keep);
      expect(expected.length).toBeGreaterThan(0);
      for (const limit of ["1", "2", "100"]) {
        const found = await history.all(alice, { ...query, limit });
        expect(found.map(published), JSON.stringify(query)).toEqual(
          // Asked for one side, a transfer to oneself still says that it is both.
          expected.map(published),
        );
      }
    };
    await kept({ direction: "in" }, ({ direction }) => direction === "in" || direction === "both");
    await kept({ direction: "out" }, ({ direction }) => direction === "out" || direction === "both");
    await kept({ type: "withdraw" }, ({ type }) => type === "withdraw");
    await kept({ type: "deposit", direction: "in" }, ({ type }) => type === "deposit");
    await kept({ tokenId: "0" }, () => true);
    await kept({ status: "received" }, ({ status }) => status === "received");
    await kept(
      { status: "confirmed", type: "transfer" },
      ({ status, type }) => status === "confirmed" && type === "transfer",
    );
    await kept({ reference: referenceToHex(REFERENCE) }, ({ reference }) => reference === referenceToHex(REFERENCE));
    const [newest] = everything;
    const at = newest?.atMs ?? 0;
    await kept({ sinceMs: String(at) }, ({ atMs }) => atMs >= at);
    await kept({ untilMs: String(at + 1) }, () => true);
    expect(await history.all(alice, { untilMs: String(everything.at(-1)?.atMs) })).toEqual([]);
    expect(await history.all(alice, { tokenId: "1" })).toEqual([]);
    expect(await history.all(alice, { type: "deposit", direction: "out" })).toEqual([]);
    expect(await history.all(alice, { status: "final" })).toEqual([]);
  });

  it("is the same on a node that was restored from L1, but for ids, references and times", async () => {
    const other = await createSequencerHarness(await databases.create(), 0);
    const restored = await other.begin();
    await restoreInto(life, restored, other);
    const theirs = historyReader(restored);
    const isPublished = ({ block, type }: LedgerEntry) => block !== null || type === "setKey";
    const proven = (entry: LedgerEntry) => ({
      ...published(entry),
      status: entry.block === null ? "received" : "proven",
    });
    const sorted = (entries: readonly object[]) => entries.map((entry) => JSON.stringify(entry)).sort();
    for (const of of [...[ALICE, BOB, CAROL].map(ownerOf), STRANGER, RECIPIENT, 64, 65, 66, 67]) {
      const [own, rebuilt] = [await history.all(of), await theirs.all(of)];
      expect(rebuilt.length).toBeGreaterThan(0);
      expect(sorted(rebuilt.map(published)), String(of)).toEqual(sorted(own.filter(isPublished).map(proven)));
    }
    expect(new Set((await theirs.all(ownerOf(ALICE))).map(({ id }) => id))).toEqual(new Set([null]));
    await other.stop();
  });
});

function freePolicy() {
  const nothing = { tokens: [], batchGas: 0n, blocksPerBatch: 1n, gasPerByte: 0n, payoutGas: 0n };
  const percents = { expectedFillPercent: 100n, operatorPercent: -100n, tolerancePercent: 100n };
  return createFeePolicy({ slotCount: 16, ...nothing, ...percents }, () => 1n);
}
