import { tokenId } from "@cairn/protocol";
import { describe, expect, it } from "vitest";
import { ALARM_SEVERITY, type Alarm, alarmKey, alarmText, DEFAULT_ALARM_LIMITS, findAlarms } from "./alarms.ts";
import type { Observation } from "./observation.ts";

const NOW = 1_700_000_000;
const OWED = { balances: 50n, waitingDeposits: 20n, submitterFees: 5n, unpaidPayouts: 15n, claimable: 10n };
const HEALTHY: Observation = {
  head: { block: 9, hash: "0x00", parentHash: "0x00", timestamp: NOW },
  batch: 3,
  operator: 5n,
  proposedOperator: 0n,
  isSubmissionOpen: false,
  isFrozen: false,
  canFreeze: false,
  waitingEntries: 2,
  overdueEntries: 0,
  oldestEntryAt: NOW - 100,
  unpaid: [{ batch: 2, position: 0, recipient: 1n, tokenId: tokenId(0), amount: 15n, timestamp: NOW - 60 }],
  tokens: [{ tokenId: 0, balance: 101n, custody: 100n, owed: OWED }],
};

const alarmsOf = (change: Partial<Observation>, limits = {}): Alarm[] =>
  findAlarms({ ...HEALTHY, ...change }, { ...DEFAULT_ALARM_LIMITS, ...limits }, NOW);
const token = (change: object) => ({ tokens: [{ tokenId: 4, balance: 100n, custody: 100n, owed: OWED, ...change }] });

describe("alarms", () => {
  it("are none for a healthy rollup", () => {
    expect(alarmsOf({})).toEqual([]);
  });

  it.each<[Partial<Observation>, object, Alarm]>([
    [{ overdueEntries: 2 }, {}, { type: "overdueEntries", count: 2, oldestEntryAt: NOW - 100 }],
    [{}, { payoutAgeSeconds: 60 }, { type: "unpaidPayouts", count: 1, oldestBatch: 2, oldestAt: NOW - 60 }],
    [token({ balance: 99n }), {}, { type: "balanceBelowCustody", tokenId: 4, balance: 99n, custody: 100n }],
    [token({ balance: null }), {}, { type: "balanceUnreadable", tokenId: 4 }],
    [token({ custody: 99n }), {}, { type: "custodyBelowOwed", tokenId: 4, custody: 99n, owed: 100n }],
    [token({ custody: 101n, balance: 101n }), {}, { type: "custodyAboveOwed", tokenId: 4, custody: 101n, owed: 100n }],
    [{ isSubmissionOpen: true }, {}, { type: "submissionOpen" }],
    [{ canFreeze: true }, {}, { type: "freezePossible", oldestEntryAt: NOW - 100 }],
    [{ isFrozen: true, isSubmissionOpen: true, canFreeze: true }, {}, { type: "frozen" }],
    [{ proposedOperator: 8n }, {}, { type: "operatorProposed", proposed: 8n }],
    [{ operator: 0n }, { operator: 5n }, { type: "operatorChanged", from: 5n, to: 0n }],
    [{ head: { ...HEALTHY.head, timestamp: NOW - 601 } }, {}, { type: "l1Stale", headAt: NOW - 601 }],
  ])("%o with limits %o", (change, limits, alarm) => {
    expect(alarmsOf(change, limits)).toEqual([alarm]);
    expect(alarmText(alarm).length).toBeGreaterThan(10);
    expect(ALARM_SEVERITY[alarm.type]).toMatch(/^(?:critical|warning|info)$/);
    expect(alarmKey(alarm)).toContain(alarm.type);
  });
});
