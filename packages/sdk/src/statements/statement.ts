import type { NodeClient } from "../client.ts";
import { sdkError } from "../errors.ts";
import { badAnswer } from "../http.ts";
import { type AccountView, findAccount } from "../payee.ts";
import { type HistoryEntry, isBooked, type Movement, movementsOf, type StatementStatus } from "./movements.ts";

/** What a statement is about. */
export interface StatementParameters {
  /** Index of the account. */
  readonly account: number;
  /** First second of the period, since the epoch; from the account's first movement by default. */
  readonly from?: number;
  /** First second after the period; now by default. Not later than now: the period has to be over. */
  readonly to?: number;
  /** Only movements at least this certain; `final` by default. */
  readonly status?: StatementStatus;
}

/** Movements of an account in a period: opening balance + movements = closing balance. */
export interface Statement {
  readonly chainId: number;
  /** The rollup's contract. */
  readonly rollup: string;
  readonly account: number;
  readonly owner: string;
  readonly token: number;
  readonly from: number;
  readonly to: number;
  readonly status: StatementStatus;
  /** When it was made, in seconds since the epoch. */
  readonly createdAt: number;
  /** In the token's smallest unit. */
  readonly opening: bigint;
  readonly closing: bigint;
  /** In the order of execution. */
  readonly movements: readonly Movement[];
  /**
   * Entries of the period, or before it, that blocks hold but that are not certain enough yet. While there are some, the
   * same statement made later has more movements, or another opening balance.
   */
  readonly leftOut: number;
}

/** What is asked of a node. */
export type StatementNode = Pick<NodeClient, "account" | "accountHistory" | "rollup">;

const PAGE = 100;
/** Entries of an account that a statement reads at most. */
const MAX_ENTRIES = 1_000_000;
/** How often a history is read again that changed meanwhile. */
const TRIES = 3;

/**
 * The statement of an account for a period, from a node's history. Each movement is booked at the time of its block; fees
 * are movements of their own. The whole history is read, and its sum compared with the account's balance. Throws
 * `sdk/unknown-account`, `sdk/bad-request` for a period that is not over or ends before it begins, `sdk/bad-answer` when
 * the node's history does not add up, and as the client's reads do.
 *
 * @example
 * const statement = await readStatement(node, { account: 70, from: 1_793_491_200, to: 1_796_083_200 });
 */
export async function readStatement(
  node: StatementNode,
  { account, from, to, status = "final" }: StatementParameters,
  nowSeconds: number = Math.floor(Date.now() / 1000),
): Promise<Statement> {
  const end = to ?? nowSeconds;
  if (end > nowSeconds) throw sdkError("sdk/bad-request", "the period is not over yet");
  if ((from ?? 0) >= end) throw sdkError("sdk/bad-request", "the period ends before it begins");
  const { chainId, rollup } = await node.rollup();
  const { view, entries } = await readWhole(node, account);
  const inBlocks = entries.filter((entry) => isBooked(entry, "confirmed") && (entry.timestamp ?? 0) < end);
  const booked = inBlocks.filter((entry) => isBooked(entry, status));
  const all = movementsOf(booked, account);
  const start = from ?? all[0]?.timestamp ?? end - 1;
  const before = all.filter(({ timestamp }) => timestamp < start);
  const opening = before.at(-1)?.balance ?? 0n;
  const movements = all.slice(before.length);
  return {
    chainId,
    rollup,
    account,
    owner: view.owner,
    token: view.tokenId,
    from: start,
    to: end,
    status,
    createdAt: nowSeconds,
    opening,
    closing: movements.at(-1)?.balance ?? opening,
    movements,
    leftOut: inBlocks.length - booked.length,
  };
}

/** The whole history of an account, which adds up to its balance. */
async function readWhole(
  node: StatementNode,
  index: number,
): Promise<{ readonly view: AccountView; readonly entries: readonly HistoryEntry[] }> {
  for (let tries = 1; ; tries++) {
    const before = await accountAt(node, index);
    const entries = await readEntries(node, index);
    const view = await accountAt(node, index);
    const booked = entries.filter((entry) => isBooked(entry, "confirmed"));
    const sum = movementsOf(booked, index).at(-1)?.balance ?? 0n;
    const isStill = before.balance === view.balance && before.nonce === view.nonce;
    if (sum === BigInt(view.balance) || sum === BigInt(before.balance)) return { view, entries };
    // Blocks may have been built again in between, and what they credit moved.
    if (tries < TRIES) continue;
    const reason = isStill ? "" : ": the account changes all the time; take a status of proven or final";
    throw badAnswer(`the history of account ${index} adds up to ${sum}, but its balance is ${view.balance}${reason}`, {
      index,
      sum: sum.toString(),
      balance: view.balance,
    });
  }
}

async function readEntries(node: StatementNode, index: number): Promise<HistoryEntry[]> {
  const entries: HistoryEntry[] = [];
  const seen = new Set<string>();
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page: { readonly entries: readonly HistoryEntry[]; readonly next: string | null } = await node.accountHistory(
      {
        index,
        limit: PAGE,
        ...(cursor === undefined ? {} : { cursor }),
      },
    );
    entries.push(...page.entries);
    cursor = page.next;
    if (cursor !== null && seen.has(cursor))
      throw badAnswer("the node repeats a page of the history", { index, cursor });
    if (cursor !== null) seen.add(cursor);
    if (entries.length > MAX_ENTRIES)
      throw sdkError("sdk/bad-request", `account ${index} has more than ${MAX_ENTRIES} entries`);
  }
  return entries;
}

async function accountAt(node: StatementNode, index: number): Promise<AccountView> {
  const account = await findAccount(node, index);
  if (account !== null) return account;
  throw sdkError("sdk/unknown-account", `there is no account ${index}`, { details: { index } });
}
