import { createTestDatabases } from "@cairn/db/testing";
import { accountIndex, encodeFloat16, encodeFloat40, tokenId } from "@cairn/protocol";
import type { LogEvent } from "@cairn/rpc";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { entryName, historyFrom, linesOf } from "../../test/event-scene.ts";
import { historyReader, restoreInto } from "../../test/history-scene.ts";
import { createSequencerHarness, FOREVER, type Life, type SequencerHarness } from "../../test/sequencer-harness.ts";
import type { LedgerEntry } from "../api/entries.ts";
import type { EventFilter } from "./filter.ts";
import { createEventLog } from "./log.ts";
import { readEvents } from "./messages.ts";
import { LOG_START, type LogPosition } from "./position.ts";

const databases = createTestDatabases().server;
const [ALICE, BOB, CAROL] = [0, 1, 2];
const RECIPIENT = 0xbeefn;

/** All that a filter is told, and where it ends. */
async function follow(life: Life, filter: EventFilter, from: LogPosition = LOG_START) {
  const log = createEventLog(life.database);
  const events: LogEvent[] = [];
  for (let position = from; ; ) {
    const page = await readEvents(log, filter, position, 10);
    if (page === null) throw new RangeError("the log was cut");
    events.push(...page.told.map(({ message }) => message));
    position = page.position;
    if (page.isEnd) return { events, position };
  }
}

describe("the log of a sequencer", () => {
  let harness: SequencerHarness;
  let life: Life;
  beforeAll(async () => {
    await databases.start();
    harness = await createSequencerHarness(await databases.create(), 3);
    const fees = { owner: harness.people[CAROL]?.owner ?? 0n, tokens: [tokenId(0)] };
    life = await harness.begin({ feeTakers: fees });
    await harness.fund(life, 10_000n);
  });
  afterAll(async () => {
    await harness.stop();
    await databases.stop();
  });

  const ownerOf = (person: number) => harness.people[person]?.owner ?? 0n;
  const parties = (): (bigint | number)[] => [...[ALICE, BOB, CAROL].map(ownerOf), RECIPIENT, 64, 65, 66, 67];

  /** Whoever follows has the history of everyone, whatever happened. */
  const expectHistories = async (of: Life): Promise<void> => {
    const histories = historyReader(of);
    for (const party of parties()) {
      const filter = typeof party === "bigint" ? { owner: party } : { account: party };
      const { events } = await follow(of, filter);
      const expected = new Map(
        (await histories.all(party)).map((entry): [string, LedgerEntry] => [entryName(entry), entry]),
      );
      const sorted = (entries: ReadonlyMap<string, LedgerEntry>) => [...entries].sort(([a], [b]) => a.localeCompare(b));
      expect(sorted(historyFrom(events)), String(party)).toEqual(sorted(expected));
    }
  };

  const withdrawal = (nonce: number) => {
    const draft = { from: accountIndex(64), tokenId: tokenId(0), fee: encodeFloat16(2n), validFrom: 0 };
    const more = { validUntil: FOREVER, reference: 0n, amount: encodeFloat40(100n), recipient: RECIPIENT };
    return harness.sign({ type: "withdraw", ...draft, ...more, nonce }, ALICE);
  };

  it("leads to the histories: transfers, fees, withdrawals, L1 operations, what waits and what is refused", async () => {
    const { sequencer, database } = life;
    await sequencer.submit([harness.transfer(ALICE, BOB, 0, { fee: encodeFloat16(2n), amount: encodeFloat40(100n) })]);
    await sequencer.submit([withdrawal(1)]);
    await sequencer.submit([harness.transfer(ALICE, BOB, 5)]);
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
    await life.closeBatches();
    await expectHistories(life);
  });

  it("leads there also when blocks are dropped and built again, by those who followed before", async () => {
    const { position } = await follow(life, { owner: ownerOf(ALICE) });
    await life.sequencer.rebuildFrom(2, "a test");
    await harness.pass(1000);
    const everything = async () => linesOf((await follow(life, {}, position)).events);
    await expect.poll(everything).toContain("block 2 sealed");
    await life.closeBatches();
    const news = linesOf((await follow(life, { owner: ownerOf(ALICE) }, position)).events);
    expect(news.filter((line) => line.includes(" received "))).toHaveLength(3);
    // The queue comes first now: the payee's account is closed, and what the payer sent next waits.
    expect(news.slice(3).map((line) => line.replace(/ out \d+/, ""))).toEqual([
      "deposit in #3 confirmed in 2",
      "transfer rejected in null",
      "deposit in #3 sealed in 2",
    ]);
    const fees = linesOf((await follow(life, { owner: ownerOf(CAROL) }, position)).events);
    expect(fees[0]).toContain("fees in");
    expect(fees.some((line) => line.includes("removed"))).toBe(true);
    await expectHistories(life);
    expect(await everything()).toEqual(
      expect.arrayContaining(["block 2 dropped", "batch 2 dropped", "batch 2 waiting"]),
    );
  });

  it("leads there on a node that was restored from L1, which adopts the batches of others", async () => {
    const other = await createSequencerHarness(await databases.create(), 0);
    const restored = await other.begin();
    await restoreInto(life, restored, other);
    await expectHistories(restored);
    const { events } = await follow(restored, { owner: ownerOf(ALICE) });
    expect(new Set(events.flatMap((event) => (event.type === "entry" ? [event.status] : [])))).toEqual(
      new Set(["received", "confirmed", "sealed", "proven"]),
    );
    await other.stop();
  });
});
