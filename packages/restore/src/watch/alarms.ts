import { bigintToAddress } from "@cairn/protocol";
import type { Observation } from "./observation.ts";
import { totalOwed } from "./owed.ts";

/** What is wrong with a rollup, or about to be. */
export type Alarm =
  /**
   * Queue entries have waited longer than the inclusion delay; batches must consume them first, and anyone may submit.
   */
  | { readonly type: "overdueEntries"; readonly count: number; readonly oldestEntryAt: number }
  /** The published data does not lead to the contract's state, or the RPC lies: exits from this state may fail. */
  | { readonly type: "rootNotReproduced"; readonly code: string; readonly message: string }
  /** Payouts left unexecuted for longer than the limit; anyone may execute them. */
  | { readonly type: "unpaidPayouts"; readonly count: number; readonly oldestBatch: number; readonly oldestAt: number }
  /** The rollup has less of a token than it says it owes. */
  | {
      readonly type: "balanceBelowCustody";
      readonly tokenId: number;
      readonly balance: bigint;
      readonly custody: bigint;
    }
  /** According to the published data, the rollup owes more of a token than it says. */
  | { readonly type: "custodyBelowOwed"; readonly tokenId: number; readonly custody: bigint; readonly owed: bigint }
  /** The rollup says it owes more of a token than the published data accounts for; nobody loses by it. */
  | { readonly type: "custodyAboveOwed"; readonly tokenId: number; readonly custody: bigint; readonly owed: bigint }
  /** A token in the rollup's custody does not report its balance. */
  | { readonly type: "balanceUnreadable"; readonly tokenId: number }
  /** Not only the operator may submit. */
  | { readonly type: "submissionOpen" }
  | { readonly type: "freezePossible"; readonly oldestEntryAt: number | null }
  | { readonly type: "frozen" }
  | { readonly type: "operatorProposed"; readonly proposed: bigint }
  | { readonly type: "operatorChanged"; readonly from: bigint; readonly to: bigint }
  /** The head of L1 is old: the RPC has fallen behind, or shows the past on purpose. */
  | { readonly type: "l1Stale"; readonly headAt: number }
  /** A batch that L1 accepted is in a blob that no source has: the state cannot be followed beyond it. */
  | { readonly type: "blobUnavailable"; readonly message: string }
  /** L1 does not answer, or answers as no rollup would, so nothing is known. */
  | { readonly type: "l1Unavailable"; readonly message: string };

/** How bad an alarm is: money at risk, something to act on, or good to know. */
export type AlarmSeverity = "critical" | "warning" | "info";

/** How bad each alarm is. */
export const ALARM_SEVERITY: Readonly<Record<Alarm["type"], AlarmSeverity>> = {
  overdueEntries: "warning",
  rootNotReproduced: "critical",
  unpaidPayouts: "warning",
  balanceBelowCustody: "critical",
  custodyBelowOwed: "critical",
  custodyAboveOwed: "info",
  balanceUnreadable: "warning",
  submissionOpen: "info",
  freezePossible: "critical",
  frozen: "critical",
  operatorProposed: "info",
  operatorChanged: "warning",
  l1Stale: "warning",
  blobUnavailable: "warning",
  l1Unavailable: "warning",
};

/** What counts as an alarm. */
export interface AlarmLimits {
  /** Payouts older than this should have been executed. */
  readonly payoutAgeSeconds: number;
  /** L1's head may be this old. */
  readonly headAgeSeconds: number;
  /** Who should be operator; null accepts anyone. */
  readonly operator: bigint | null;
}

export const DEFAULT_ALARM_LIMITS: AlarmLimits = { payoutAgeSeconds: 6 * 3600, headAgeSeconds: 600, operator: null };

/**
 * The alarms that an observation gives; `nowSeconds` is the observer's own clock.
 *
 * @example const alarms = findAlarms(await observer.observe(head), DEFAULT_ALARM_LIMITS, Date.now() / 1000);
 */
export function findAlarms(observed: Observation, limits: AlarmLimits, nowSeconds: number): Alarm[] {
  const { head, tokens, operator, proposedOperator, oldestEntryAt } = observed;
  const alarms: Alarm[] = [];
  if (observed.overdueEntries > 0) {
    alarms.push({ type: "overdueEntries", count: observed.overdueEntries, oldestEntryAt: oldestEntryAt ?? 0 });
  }
  const old = observed.unpaid.filter(({ timestamp }) => timestamp + limits.payoutAgeSeconds <= head.timestamp);
  const [oldest] = old;
  if (oldest !== undefined) {
    alarms.push({
      type: "unpaidPayouts",
      count: old.length,
      oldestBatch: oldest.batch,
      oldestAt: oldest.timestamp,
    });
  }
  for (const { tokenId, balance, custody, owed } of tokens) {
    const total = totalOwed(owed);
    if (balance === null) alarms.push({ type: "balanceUnreadable", tokenId });
    else if (balance < custody) alarms.push({ type: "balanceBelowCustody", tokenId, balance, custody });
    if (custody < total) alarms.push({ type: "custodyBelowOwed", tokenId, custody, owed: total });
    if (custody > total) alarms.push({ type: "custodyAboveOwed", tokenId, custody, owed: total });
  }
  if (observed.isFrozen) alarms.push({ type: "frozen" });
  else {
    if (observed.isSubmissionOpen) alarms.push({ type: "submissionOpen" });
    if (observed.canFreeze) alarms.push({ type: "freezePossible", oldestEntryAt });
  }
  if (proposedOperator !== 0n) alarms.push({ type: "operatorProposed", proposed: proposedOperator });
  if (limits.operator !== null && limits.operator !== operator) {
    alarms.push({ type: "operatorChanged", from: limits.operator, to: operator });
  }
  if (head.timestamp + limits.headAgeSeconds < nowSeconds) alarms.push({ type: "l1Stale", headAt: head.timestamp });
  return alarms;
}

/**
 * What identifies an alarm over time: its kind, and its token if it has one.
 *
 * @example const key = alarmKey({ type: "submissionOpen" });
 */
export function alarmKey(alarm: Alarm): string {
  return "tokenId" in alarm ? `${alarm.type} ${alarm.tokenId}` : alarm.type;
}

/**
 * One human-readable sentence.
 *
 * @example for (const alarm of report.alarms) console.log(ALARM_SEVERITY[alarm.type], alarmText(alarm));
 */
export function alarmText(alarm: Alarm): string {
  const time = (seconds: number): string => new Date(seconds * 1000).toISOString();
  switch (alarm.type) {
    case "overdueEntries":
      return `${alarm.count} queue entries are overdue, the oldest since ${time(alarm.oldestEntryAt)}`;
    case "rootNotReproduced":
      return `the published data does not lead to the contract's state: ${alarm.message}`;
    case "unpaidPayouts":
      return `${alarm.count} payouts are unpaid, the oldest of batch ${alarm.oldestBatch} since ${time(alarm.oldestAt)}`;
    case "balanceBelowCustody":
      return `token ${alarm.tokenId}: the rollup has ${alarm.balance} and owes ${alarm.custody}`;
    case "custodyBelowOwed":
      return `token ${alarm.tokenId}: ${alarm.owed} is owed, but the rollup accounts for ${alarm.custody}`;
    case "custodyAboveOwed":
      return `token ${alarm.tokenId}: the rollup accounts for ${alarm.custody}, but only ${alarm.owed} is owed`;
    case "balanceUnreadable":
      return `token ${alarm.tokenId} does not report the rollup's balance`;
    case "submissionOpen":
      return "anyone may submit batches";
    case "freezePossible":
      return "anyone may freeze the rollup";
    case "frozen":
      return "the rollup is frozen";
    case "operatorProposed":
      return `${bigintToAddress(alarm.proposed)} is proposed as operator`;
    case "operatorChanged":
      return `the operator is ${bigintToAddress(alarm.to)}, not ${bigintToAddress(alarm.from)}`;
    case "l1Stale":
      return `the L1 node's last block is from ${time(alarm.headAt)}`;
    case "blobUnavailable":
      return `a batch's blob cannot be read: ${alarm.message}`;
    case "l1Unavailable":
      return `L1 cannot be read: ${alarm.message}`;
  }
}
