import { startUnprovenRollup, type UnprovenRollup } from "@cairn/devnet/testing";
import { createL1Access, type L1Rollup } from "@cairn/l1";
import { lyingRollup } from "@cairn/l1/testing";
import { createMemoryStore } from "@cairn/state";
import type { Hex } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { confirmState } from "./confirm.ts";
import { restoreFromFiles } from "./node/restore-files.ts";

/** The parts of an event that the lies below touch. */
interface Log {
  readonly eventName: string;
  readonly address: string;
  readonly args: Readonly<Record<string, unknown>>;
}

let live: UnprovenRollup;

beforeAll(async () => {
  live = await startUnprovenRollup();
  for (const position of [0, 1, 2]) await live.deposit(position, 10n ** 18n);
  await live.publish();
  for (let seed = 1; seed <= 4; seed++) {
    if (seed === 3) for (const position of [1, 2]) await live.deposit(position, 100n);
    await live.publishSome(seed);
  }
  await live.deposit(3, 9n);
});
afterAll(() => live?.stop());

const restore = (rollup: L1Rollup) => restoreFromFiles({ store: createMemoryStore(), compress: live.compress, rollup });

const eventsAre = (change: (logs: readonly Log[]) => readonly Log[]): L1Rollup =>
  lyingRollup(live.rollup, { getLogs: async (ask) => change((await ask()) as readonly Log[]) });

const isBatch = (number: number) => (log: Log) =>
  log.eventName === "BatchSubmitted" && log.args.batchNumber === BigInt(number);
const isEntry = (position: number) => (log: Log) =>
  log.eventName === "L1OperationQueued" && log.args.position === BigInt(position);
const without = (is: (log: Log) => boolean) => (logs: readonly Log[]) => logs.filter((log) => !is(log));
const changed = (is: (log: Log) => boolean, args: Readonly<Record<string, unknown>>) => (logs: readonly Log[]) =>
  logs.map((log) => (is(log) ? { ...log, args: { ...log.args, ...args } } : log));

describe("an RPC that lies about events", () => {
  it.each<[string, string, (logs: readonly Log[]) => readonly Log[]]>([
    ["a batch left out", "l1/events-incomplete", without(isBatch(3))],
    ["the first batch left out", "l1/events-incomplete", without(isBatch(1))],
    ["the last batch left out", "l1/events-incomplete", without(isBatch(5))],
    ["all events left out", "l1/events-incomplete", () => []],
    ["a queue entry left out", "l1/events-incomplete", without(isEntry(1))],
    ["the last queue entry left out", "l1/events-incomplete", without(isEntry(5))],
    [
      "two queue entries left out before their batch",
      "l1/events-incomplete",
      without((log) => isEntry(3)(log) || isEntry(4)(log)),
    ],
    ["another amount in a queue entry", "l1/queue-mismatch", changed(isEntry(1), { amount: 7n })],
    ["another owner of a queue entry", "l1/queue-mismatch", changed(isEntry(1), { owner: `0x${"ab".repeat(20)}` })],
    ["an entry of unknown kind", "l1/queue-mismatch", changed(isEntry(1), { kind: 9 })],
    ["an entry that the contract cannot make", "l1/queue-mismatch", changed(isEntry(1), { amount: 0n })],
    ["another hash of a queue entry", "l1/queue-mismatch", changed(isEntry(1), { queueHash: `0x${"00".repeat(32)}` })],
    ["swapped queue entries", "l1/events-incomplete", swapped],
    ["another data commitment", "l1/batch-mismatch", changed(isBatch(2), { dataCommitment: `0x${"11".repeat(32)}` })],
    ["another payouts hash", "l1/batch-mismatch", changed(isBatch(2), { payoutsHash: `0x${"11".repeat(32)}` })],
    ["another queue head, behind the last one", "restore/batch-mismatch", changed(isBatch(2), { queueHead: 1n })],
    ["another queue head, of entries left out", "restore/batch-mismatch", changed(isBatch(4), { queueHead: 4n })],
    [
      "events of another contract",
      "l1/bad-events",
      (logs) => logs.map((log) => ({ ...log, address: `0x${"ab".repeat(20)}` })),
    ],
    [
      "a batch twice, with different content",
      "l1/bad-events",
      (logs) => logs.flatMap((log) => (isBatch(2)(log) ? [log, { ...log, data: "0x01" }] : [log])),
    ],
  ])("is caught: %s", async (_, code, change) => {
    await expect(restore(eventsAre(change))).rejects.toMatchObject({ code });
  });

  it("is caught: another header in the event", async () => {
    const lying = eventsAre((logs) =>
      logs.map((log) =>
        isBatch(2)(log)
          ? { ...log, args: { ...log.args, header: { ...(log.args.header as object), lastTimestamp: 5n } } }
          : log,
      ),
    );
    await expect(restore(lying)).rejects.toMatchObject({
      code: "l1/batch-mismatch",
      details: { batch: 2, check: "header" },
    });
  });

  /** Swaps the two. */
  function swapped(logs: readonly Log[]): readonly Log[] {
    const [first, second] = [logs.find(isEntry(0)), logs.find(isEntry(1))];
    return logs.map((log) => {
      if (log === first) return { ...log, args: second?.args ?? {} };
      return log === second ? { ...log, args: first?.args ?? {} } : log;
    });
  }
});

describe("an RPC that lies about calldata", () => {
  type Sent = { readonly input: Hex; readonly to: string; readonly hash: Hex };
  const sentAs = (number: number, change: (transaction: Sent) => Partial<Sent>): L1Rollup => {
    let count = 0;
    return lyingRollup(live.rollup, {
      getTransaction: async (ask) => {
        const isMeant = ++count === number;
        const transaction = (await ask()) as Sent;
        return isMeant ? { ...transaction, ...change(transaction) } : transaction;
      },
    });
  };
  const flip = (hex: Hex, digit: number): Hex =>
    `${hex.slice(0, digit)}${(Number.parseInt(hex[digit] ?? "0", 16) ^ 1).toString(16)}${hex.slice(digit + 1)}` as Hex;
  /** Hex digit of a byte of the calldata. */
  const at = (byte: number): number => 2 + 2 * byte;
  /** Flips a bit in a byte of an argument behind the header: l1Records, payouts, payNow, data, proof. */
  const flipIn = (input: Hex, argument: number, byte: number): Hex => {
    const word = at(4 + 32 * (11 + argument));
    const offset = Number.parseInt(input.slice(word, word + 64), 16);
    return flip(input, at(4 + offset + 32 + byte) + 1);
  };
  /** Number of the first batch for which this holds. */
  const first = (holds: (batch: UnprovenRollup["batches"][number]["batch"]) => boolean): number =>
    live.batches.find(({ batch }) => holds(batch))?.number ?? expect.unreachable();

  it.each<[string, string, (transaction: Sent) => Partial<Sent>]>([
    ["a flipped bit in the header", "header", ({ input }) => ({ input: flip(input, at(4 + 3 * 32 + 31)) })],
    ["a flipped bit in the published data", "dataCommitment", ({ input }) => ({ input: flipIn(input, 3, 20) })],
    ["another function", "transaction", ({ input }) => ({ input: flip(input, at(0)) })],
    ["cut calldata", "transaction", ({ input }) => ({ input: input.slice(0, 600) as Hex })],
    ["a transaction to another contract", "transaction", () => ({ to: `0x${"ab".repeat(20)}` })],
    ["another transaction", "transaction", () => ({ hash: `0x${"ab".repeat(32)}` })],
  ])("is caught: %s", async (_, check, change) => {
    await expect(restore(sentAs(3, change))).rejects.toMatchObject({
      code: "l1/batch-mismatch",
      details: expect.objectContaining({ check }),
    });
  });

  it("is caught: a flipped bit in the payouts", async () => {
    const number = first(({ payouts }) => payouts.length > 0);
    const lying = sentAs(number, ({ input }) => ({ input: flipIn(input, 1, 39) }));
    await expect(restore(lying)).rejects.toMatchObject({
      code: "l1/batch-mismatch",
      details: { check: "payoutsHash" },
    });
  });

  it("is caught: a flipped bit in the queue records", async () => {
    const number = first(({ l1Operations }) => l1Operations.length > 0);
    const lying = sentAs(number, ({ input }) => ({ input: flipIn(input, 0, 40) }));
    await expect(restore(lying)).rejects.toMatchObject({
      code: "restore/batch-mismatch",
      details: { batch: number, check: "l1Operations" },
    });
  });
});

describe("an RPC that lies about the contract", () => {
  it("is caught: another commitment", async () => {
    const lying = lyingRollup(live.rollup, {
      multicall: async (ask) => {
        const answers = (await ask()) as Hex[];
        return answers.map((answer, i) => (i === 2 ? (`0x${"22".repeat(32)}` as Hex) : answer));
      },
    });
    await expect(restore(lying)).rejects.toMatchObject({ details: { batch: 3, check: "commitment" } });
  });

  it.each<[string, string, object]>([
    ["another history", "restore/state-mismatch", { history: `0x${"33".repeat(32)}` }],
    ["another root", "restore/state-mismatch", { root: `0x${"33".repeat(32)}` }],
    ["another next index", "restore/state-mismatch", { nextIndex: 5000 }],
    ["another queue head", "restore/state-mismatch", { queueHead: 1n }],
    ["more batches than there are", "l1/events-incomplete", { batchCount: 6n }],
    ["a longer queue than there is", "l1/events-incomplete", { queueTail: 7n }],
    ["fewer batches than events show", "restore/batch-mismatch", { batchCount: 4n }],
  ])("is caught: %s", async (_, code, change) => {
    const lying = lyingRollup(live.rollup, {
      readContract: async (ask, { functionName }) => {
        const answer = await ask();
        return functionName === "state" ? { ...(answer as object), ...change } : answer;
      },
    });
    await expect(restore(lying)).rejects.toMatchObject({ code });
  });

  it("may show an older state; another RPC reveals it", async () => {
    const { restored, head } = await restore(live.rollup);
    await expect(confirmState(restored, createL1Access(live.rollup))).resolves.toEqual(head);
    const older = lyingRollup(live.rollup, {
      readContract: async (ask, { functionName }) => {
        const answer = await ask();
        return functionName === "state" ? { ...(answer as object), root: `0x${"44".repeat(32)}` } : answer;
      },
    });
    await expect(confirmState(restored, createL1Access(older))).rejects.toMatchObject({
      code: "restore/state-mismatch",
    });
    const elsewhere = lyingRollup(live.rollup, {
      getBlock: async (ask) => ({
        ...((await ask()) as object),
        hash: `0x${"55".repeat(32)}`,
      }),
    });
    await expect(confirmState(restored, createL1Access(elsewhere))).rejects.toMatchObject({
      code: "restore/state-mismatch",
    });
  });
});
