import type { EventEntry, HistoryRow, StoredEntry } from "@cairn/db";
import { NO_REFERENCE } from "@cairn/protocol";

/** Which entries: those that match all that is given. */
export interface EventFilter {
  /** Account index. */
  readonly account?: number | undefined;
  readonly owner?: bigint | undefined;
  readonly reference?: bigint | undefined;
}

/** Whether money comes or goes. */
export type Direction = HistoryRow["direction"];

/** A party of an entry: whose history shows it. */
interface Side {
  readonly direction: Direction;
  readonly accounts: readonly (number | null)[];
  readonly owner: bigint;
}

/** Whether everything is asked for. */
export function isUnfiltered({ account, owner, reference }: EventFilter): boolean {
  return account === undefined && owner === undefined && reference === undefined;
}

/**
 * Whether money comes or goes in an entry, seen from the account or owner that is asked for; `none` when neither is. Null
 * when the entry does not match, by the same rule as in histories.
 */
export function matchEntry(filter: EventFilter, one: EventEntry): Direction | null {
  const { account, owner, reference } = filter;
  if (reference !== undefined && referenceOf(one.entry) !== reference) return null;
  if (account === undefined && owner === undefined) return "none";
  const mine = sidesOf(one)
    .filter((side) => owner === undefined || side.owner === owner)
    .filter((side) => account === undefined || side.accounts.includes(account))
    .map(({ direction }) => direction);
  return mine.length === 2 ? "both" : (mine[0] ?? null);
}

/** Names under which an entry is found: a filter that it matches has one of them. */
export function keysOf(one: EventEntry): ReadonlySet<string> {
  const reference = referenceOf(one.entry);
  const keys = sidesOf(one).flatMap(({ accounts, owner }) => [
    ...accounts.flatMap((account) => (account === null ? [] : [`account ${account}`])),
    `owner ${owner}`,
  ]);
  return new Set(reference === null ? keys : [...keys, `reference ${reference}`]);
}

/** One of the names of {@link keysOf} that all entries have which a filter matches; of those, the rarest. */
export function keyOf({ account, owner, reference }: EventFilter): string {
  if (reference !== undefined) return `reference ${reference}`;
  return account === undefined ? `owner ${owner}` : `account ${account}`;
}

function referenceOf(entry: StoredEntry): bigint | null {
  if (entry.type !== "transaction") return null;
  const { reference } = entry.transaction.signed.transaction;
  return reference === NO_REFERENCE ? null : reference;
}

function sidesOf({ entry, account: lost }: EventEntry): readonly Side[] {
  switch (entry.type) {
    case "transaction": {
      const { signed, fromOwner, createdIndex } = entry.transaction;
      const { transaction } = signed;
      const from: Side = { direction: "out", accounts: [transaction.from], owner: fromOwner };
      if (transaction.type === "withdraw") return [from];
      const to = transaction.type === "transfer" ? transaction.to : createdIndex;
      return [from, { direction: "in", accounts: [to, lost], owner: transaction.toOwner }];
    }
    case "foreign": {
      const { from, to } = entry.transaction;
      const payer: Side = { direction: "out", accounts: [from.index], owner: from.owner };
      return to === null ? [payer] : [payer, { direction: "in", accounts: [to.index], owner: to.owner }];
    }
    case "l1Operation": {
      const { operation } = entry.entry;
      const accounts = [entry.outcome?.account ?? null, lost];
      if (operation.type === "deposit") return [{ direction: "in", accounts, owner: operation.owner }];
      const direction = operation.type === "setKey" ? "none" : "out";
      return [{ direction, accounts, owner: operation.sender }];
    }
    case "fees":
      return [{ direction: "in", accounts: [entry.credit.account], owner: entry.credit.owner }];
    case "payout":
      return [{ direction: "in", accounts: [], owner: entry.payout.recipient }];
  }
}
