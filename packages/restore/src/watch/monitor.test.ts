import { reclaimArguments, rollupAbi } from "@cairn/contracts";
import { startUnprovenRollup, type UnprovenRollup } from "@cairn/devnet/testing";
import { createL1Access, payBatch, readHead, readQueue, sendToRollup } from "@cairn/l1";
import { lyingRollup } from "@cairn/l1/testing";
import { accountIndex, addressToBigint, batchNumber, bigintToAddress, ETH_TOKEN_ID } from "@cairn/protocol";
import { createMemoryStore } from "@cairn/state";
import { encodeFunctionData } from "viem";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { readIdentity } from "../read-identity.ts";
import { openRestoredState } from "../restored-state.ts";
import { DEFAULT_ALARM_LIMITS } from "./alarms.ts";
import { createRollupMonitor, type MonitorReport, type RollupMonitor } from "./monitor.ts";
import { totalOwed } from "./owed.ts";
import { createPaymentTracker } from "./payments.ts";

const HOUR = 3600;

describe("watching a rollup", () => {
  let live: UnprovenRollup;
  let monitor: RollupMonitor;
  /** L1's time; the observer's clock follows it. */
  let nowSeconds = 0;

  const typesOf = ({ alarms }: MonitorReport): string[] => alarms.map(({ type }) => type);
  const createMonitor = async (rollup = live.rollup, limits = DEFAULT_ALARM_LIMITS): Promise<RollupMonitor> => {
    const access = createL1Access(rollup, { sleep: async () => {}, attempts: 2 });
    const identity = await readIdentity(createL1Access(live.rollup));
    const restored = openRestoredState({ store: createMemoryStore(), compress: live.compress, identity });
    const deps = { access, restored, onReport: () => {}, nowSeconds: () => nowSeconds };
    return createRollupMonitor({ intervalMs: 10, limits }, deps);
  };
  const pass = async (seconds: number): Promise<void> => {
    await live.client.increaseTime({ seconds });
    await live.client.mine({ blocks: 1 });
    nowSeconds = Number((await live.rollup.reader.getBlock()).timestamp);
  };
  const expectBooksToMatch = ({ observation }: MonitorReport): void => {
    if (observation === null) expect.unreachable();
    expect(observation.tokens.length).toBeGreaterThan(1);
    for (const { custody, balance, owed } of observation.tokens) {
      expect(totalOwed(owed)).toBe(custody);
      expect(balance).toBeGreaterThanOrEqual(custody);
    }
  };
  const pay = async (batch: number): Promise<void> => {
    const submitted = live.batches[batch - 1] ?? expect.unreachable();
    const { header, payouts } = submitted.batch;
    const { dataCommitment } = submitted;
    await payBatch(live.rollup, live.devnet.wallet(8), batchNumber(batch), { header, dataCommitment, payouts });
  };
  const withPayouts = (): number[] =>
    live.batches.flatMap(({ number, batch }) => (batch.payouts.some(({ amount }) => amount > 0n) ? [number] : []));

  beforeAll(async () => {
    live = await startUnprovenRollup();
    for (const position of [0, 1, 2, 3]) await live.deposit(position, 10n ** 18n);
    await live.publish();
    for (const position of [1, 2]) await live.deposit(position, 10n ** 9n, "token");
    for (let seed = 1; seed <= 6; seed++) await live.publishSome(seed);
    // A contract that takes no ETH, so that its payout becomes claimable.
    await live.publish((send) => {
      send(accountIndex(64), { amount: 1234n, recipient: addressToBigint(live.token.address) });
    });
    await live.deposit(2, 7n, "token");
    await pass(0);
    monitor = await createMonitor();
  });
  afterAll(() => live?.stop());

  it("finds nothing while all is well, and the books balance to the unit", async () => {
    const report = await monitor.check();
    expect(report.alarms).toEqual([]);
    expectBooksToMatch(report);
    expect(report.observation).toMatchObject({ batch: live.batches.length, waitingEntries: 1, isFrozen: false });
    const eth = report.observation?.tokens.find(({ tokenId }) => tokenId === ETH_TOKEN_ID);
    expect(eth?.owed.unpaidPayouts).toBeGreaterThan(1234n);
    expect(eth?.owed.submitterFees).toBeGreaterThan(0n);
  });

  it("reports payouts that nobody executes until they are executed or become claimable", async () => {
    await pass(7 * HOUR);
    const report = await monitor.check();
    expect(typesOf(report)).toContain("unpaidPayouts");
    expect(report.raised).toEqual(report.alarms);
    const [first = 0, ...others] = withPayouts();
    await pay(first);
    expect((await monitor.check()).alarms).toContainEqual(expect.objectContaining({ oldestBatch: others[0] }));
    for (const batch of others) await pay(batch);
    const after = await monitor.check();
    expect(typesOf(after)).not.toContain("unpaidPayouts");
    expect(after.cleared.map(({ type }) => type)).toEqual(["unpaidPayouts"]);
    expectBooksToMatch(after);
    expect(after.observation?.tokens[0]?.owed.claimable).toBe(1234n);
  });

  it("reports when the rollup has less than it owes", async () => {
    const { address } = live.rollup;
    const balance = await live.rollup.reader.getBalance({ address });
    await live.client.setBalance({ address, value: 10n });
    expect((await monitor.check()).alarms).toContainEqual(
      expect.objectContaining({ type: "balanceBelowCustody", tokenId: ETH_TOKEN_ID, balance: 10n }),
    );
    await live.client.setBalance({ address, value: balance });
  });

  it("reports when the contract accounts for less than is owed", async () => {
    const lying = lyingRollup(live.rollup, {
      multicall: async (ask, { contracts }) => {
        const answers = (await ask()) as unknown[];
        const [first] = contracts as { functionName: string }[];
        return first?.functionName === "custody" ? answers.map((answer) => (answer as bigint) - 1n) : answers;
      },
    });
    expect(typesOf(await (await createMonitor(lying)).check())).toContain("custodyBelowOwed");
  });

  it("reports when the published data does not lead to the contract's root", async () => {
    const lying = lyingRollup(live.rollup, {
      readContract: async (ask, { functionName }) => {
        const answer = await ask();
        return functionName === "state" ? { ...(answer as object), root: `0x${"33".repeat(32)}` } : answer;
      },
    });
    const report = await (await createMonitor(lying)).check();
    expect(report).toMatchObject({
      observation: null,
      alarms: [{ type: "rootNotReproduced", code: "restore/state-mismatch" }],
    });
  });

  it("reports when L1 is silent or lags", async () => {
    const silent = lyingRollup(live.rollup, {
      getBlock: async () => {
        throw new RangeError("connection refused");
      },
    });
    expect(await (await createMonitor(silent)).check()).toMatchObject({ alarms: [{ type: "l1Unavailable" }] });
    nowSeconds += 700;
    expect(typesOf(await monitor.check())).toContain("l1Stale");
    nowSeconds -= 700;
  });

  it("does not consider an alarm over when it cannot check", async () => {
    let broken: "nothing" | "l1" | "root" = "nothing";
    const shaky = lyingRollup(live.rollup, {
      getBlock: async (ask) => {
        if (broken === "l1") throw new RangeError("connection refused");
        return ask();
      },
      readContract: async (ask, { functionName }) => {
        const answer = await ask();
        const isForged = broken === "root" && functionName === "state";
        return isForged ? { ...(answer as object), root: `0x${"33".repeat(32)}` } : answer;
      },
    });
    const watching = await createMonitor(shaky);
    const { address, reader } = live.rollup;
    const balance = await reader.getBalance({ address });
    await live.client.setBalance({ address, value: 10n });
    expect(typesOf(await watching.check())).toContain("balanceBelowCustody");
    for (const failure of ["l1", "root"] as const) {
      broken = failure;
      const report = await watching.check();
      expect([report.observation, typesOf(report)]).toEqual([null, expect.arrayContaining(["balanceBelowCustody"])]);
      expect(report.cleared.map(({ type }) => type)).toEqual(failure === "l1" ? [] : ["l1Unavailable"]);
      expect(report.raised.map(({ type }) => type)).toEqual([failure === "l1" ? "l1Unavailable" : "rootNotReproduced"]);
    }
    broken = "nothing";
    await live.client.setBalance({ address, value: balance });
    const cleared = (await watching.check()).cleared.map(({ type }) => type);
    expect(cleared).toEqual(expect.arrayContaining(["balanceBelowCustody", "rootNotReproduced"]));
  });

  it.each(["nothing", "a revert"])(
    "treats %s where the contract should answer as L1's failure, and continues",
    async (kind) => {
      const address = kind === "nothing" ? bigintToAddress(0xdeadn) : live.token.address;
      let isBroken = true;
      const lying = lyingRollup(live.rollup, {
        readContract: async (ask, query) =>
          isBroken && query.functionName === "leader"
            ? live.rollup.reader.readContract({ address: address, abi: rollupAbi, functionName: "leader" })
            : ask(),
      });
      const watching = await createMonitor(lying);
      expect(await watching.check()).toMatchObject({ observation: null, alarms: [{ type: "l1Unavailable" }] });
      isBroken = false;
      expect(await watching.check()).toMatchObject({ observation: {}, cleared: [{ type: "l1Unavailable" }] });
    },
  );

  it("finds the payouts of a batch that replaced another, and those whose payment was undone", async () => {
    const publishPayout = (amount: bigint) =>
      live.publish((send) => {
        send(accountIndex(64), { amount, recipient: 0xc0ffee77n });
      });
    const unpaid = async (): Promise<unknown> =>
      (await monitor.check()).observation?.unpaid.map(({ batch, amount }) => ({ batch, amount }));
    const snapshot = await live.client.snapshot();
    await publishPayout(11n);
    const batch = live.batches.length;
    await pay(batch);
    expect(await unpaid()).toEqual([]);

    await live.client.revert({ id: snapshot });
    live.forgetLast();
    await publishPayout(12n);
    expect(await unpaid()).toEqual([{ batch, amount: 12n }]);

    const beforePayment = await live.client.snapshot();
    await pay(batch);
    expect(await unpaid()).toEqual([]);
    await live.client.revert({ id: beforePayment });
    await live.client.mine({ blocks: 1 });
    expect(await unpaid()).toEqual([{ batch, amount: 12n }]);
    await pay(batch);
    await live.deposit(2, 7n, "token");
  });

  it("reports overdue entries, open submission, a possible freeze and the freeze", async () => {
    await pass(25 * HOUR);
    expect(typesOf(await monitor.check())).toEqual(expect.arrayContaining(["overdueEntries", "submissionOpen"]));
    await pass(7 * 24 * HOUR);
    expect(typesOf(await monitor.check())).toContain("freezePossible");
    const data = encodeFunctionData({ abi: rollupAbi, functionName: "freeze" });
    await sendToRollup(live.rollup, live.devnet.wallet(9), { name: "freeze", data });
    const report = await monitor.check();
    expect(typesOf(report)).toContain("frozen");
    expect(typesOf(report)).not.toContain("freezePossible");
    expectBooksToMatch(report);
  });

  it("books a payment once, even when later events cannot be read at first", async () => {
    let unreadableFrom: bigint | null = null;
    const lying = lyingRollup(live.rollup, {
      getLogs: async (ask, { fromBlock, toBlock }) => {
        if (typeof fromBlock !== "bigint" || typeof toBlock !== "bigint") return expect.unreachable();
        const isRefused = unreadableFrom !== null && (fromBlock !== toBlock || fromBlock >= unreadableFrom);
        if (isRefused) throw new RangeError("too much");
        return ask();
      },
    });
    const access = createL1Access(lying, { sleep: async () => {}, attempts: 1 });
    const tracker = createPaymentTracker(access);
    await tracker.at(await readHead(access, "latest"));

    const [entry] = await readQueue(
      live.rollup,
      live.batches.reduce((sum, { batch }) => sum + batch.l1Operations.length, 0),
    );
    if (entry === undefined) expect.unreachable("something waits");
    const args = reclaimArguments(entry.position, entry.operation);
    const data = encodeFunctionData({ abi: rollupAbi, functionName: "reclaim", args });
    const { blockNumber } = await sendToRollup(live.rollup, live.devnet.wallet(9), { name: "reclaim", data });
    await live.client.mine({ blocks: 3 });
    const head = await readHead(access, "latest");
    unreadableFrom = blockNumber + 1n;
    await expect(tracker.at(head)).rejects.toMatchObject({ code: "l1/unavailable" });
    unreadableFrom = null;
    const booked = await tracker.at(head);
    expect(booked.reclaimedFees).toBeGreaterThan(0n);
    expect(booked).toEqual(await createPaymentTracker(access).at(head));
    expectBooksToMatch(await monitor.check());
  });

  it("runs until stopped", async () => {
    const reports: MonitorReport[] = [];
    const access = createL1Access(live.rollup);
    const identity = await readIdentity(access);
    const restored = openRestoredState({ store: createMemoryStore(), compress: live.compress, identity });
    const running = createRollupMonitor(
      { intervalMs: 1, limits: DEFAULT_ALARM_LIMITS },
      { access, restored, onReport: (report) => reports.push(report) },
    );
    const ended = running.start();
    await vi.waitFor(() => expect(reports.length).toBeGreaterThan(1), { timeout: 20_000 });
    await running.stop();
    await ended;
    expect(reports[1]?.raised).toEqual([]);
  });
});
