import { bigintToAddress, type Domain, decodeFloat16, decodeFloat40, WHOLE_BALANCE } from "@cairn/protocol";
import { bigintToWord, type RouteResponse, type SignedTransactionJson, signedTransactionFromJson } from "@cairn/rpc";
import { sdkError } from "../src/errors.ts";
import type { NodeClient } from "../src/index.ts";
import { idOf } from "../src/requests/l2-forms.ts";

type View = RouteResponse<"transaction">;
type Account = RouteResponse<"account">;

/** What the fake does instead of answering; null for an answer. */
export type Fault = "before" | "after" | null;

/**
 * A node in memory with the rules that matter to clients: nonces in order, balances, transactions known by id. Tests
 * change its state and replace its methods where it is to lie.
 */
export interface FakeNode {
  readonly client: NodeClient;
  readonly accounts: Map<number, Account>;
  readonly known: Map<string, View>;
  /** Ids in the order of their execution. */
  readonly executed: string[];
  /** Whether a submission breaks the connection, before or after it took effect. */
  fault: Fault;
  /** Answers of these methods instead of its own. */
  lies: Partial<NodeClient>;
  /** Transactions submitted so far, repetitions included. */
  submitted: number;
}

/** Starts one with accounts of a key. */
export function fakeNode(domain: Domain, accounts: readonly Account[]): FakeNode {
  const node: FakeNode = {
    client: undefined as unknown as NodeClient,
    accounts: new Map(accounts.map((account) => [account.index, account])),
    known: new Map(),
    executed: [],
    fault: null,
    lies: {},
    submitted: 0,
  };
  const notFound = () => apiError("not-found", {});

  const tryRun = (id: string, json: SignedTransactionJson): "executed" | "waiting" | object => {
    const { transaction } = signedTransactionFromJson(json);
    const sender = node.accounts.get(transaction.from);
    if (sender === undefined) return { type: "unknownSender" };
    if (transaction.nonce > sender.nonce) return "waiting";
    if (transaction.nonce < sender.nonce) return { type: "nonceTooLow", expected: sender.nonce };
    const fee = decodeFloat16(transaction.fee);
    const isWhole = transaction.amount === WHOLE_BALANCE;
    const amount = isWhole ? BigInt(sender.balance) - fee : decodeFloat40(transaction.amount);
    if (amount < 0n || amount + fee > BigInt(sender.balance)) return { type: "insufficientBalance" };
    node.accounts.set(sender.index, {
      ...sender,
      nonce: sender.nonce + 1,
      balance: String(BigInt(sender.balance) - amount - fee),
    });
    const to = transaction.type === "transfer" ? node.accounts.get(transaction.to) : undefined;
    if (to !== undefined) {
      const now = node.accounts.get(to.index) ?? to;
      node.accounts.set(to.index, { ...now, balance: String(BigInt(now.balance) + amount) });
    }
    let createdIndex: number | null = null;
    if (transaction.type === "transferToNew") {
      createdIndex = Math.max(...node.accounts.keys()) + 1;
      const { toOwner, toKey, tokenId } = transaction;
      const created = { index: createdIndex, owner: bigintToAddress(toOwner), key: bigintToWord(toKey), tokenId };
      node.accounts.set(createdIndex, { ...created, nonce: 0, balance: String(amount), ownerKey: false });
    }
    node.executed.push(id);
    const inclusion = { block: 1, slot: node.executed.length - 1 };
    const what = { status: "confirmed" as const, inclusion, amount: String(amount), fee: String(fee), createdIndex };
    node.known.set(id, viewOf(id, json, what));
    return "executed";
  };

  const runWaiting = (): void => {
    const waiting = [...node.known].filter(([, { status }]) => status === "received");
    if (waiting.some(([id, { transaction }]) => tryRun(id, transaction) === "executed")) runWaiting();
  };

  /** A group runs as a whole or not at all. */
  const restore = (before: { accounts: Map<number, Account>; known: Map<string, View>; executed: number }): void => {
    node.accounts.clear();
    for (const [index, account] of before.accounts) node.accounts.set(index, account);
    node.known.clear();
    for (const [id, view] of before.known) node.known.set(id, view);
    node.executed.length = before.executed;
  };

  const own = {
    url: "fake",
    rollup: async () => ({
      chainId: Number(domain.chainId),
      rollup: bigintToAddress(domain.rollup),
      feeTokens: [0],
      maxGroupSize: 4,
    }),
    quote: async () => ({ fee: "0" }),
    account: async ({ index }: { index: number }) => node.accounts.get(Number(index)) ?? raise(notFound()),
    accounts: async ({
      owner,
      tokenId,
      key,
      from = 0,
    }: {
      owner: string;
      tokenId?: number;
      key?: string;
      from?: number;
    }) => ({
      accounts: [...node.accounts.values()].filter(
        (one) =>
          one.owner.toLowerCase() === owner.toLowerCase() &&
          one.index >= from &&
          (tokenId === undefined || one.tokenId === Number(tokenId)) &&
          (key === undefined || one.key === key),
      ),
      next: null,
    }),
    accountHistory: async () => ({ entries: [...node.executed].reverse().map(historyEntry), next: null }),
    transaction: async ({ id }: { id: string }) => node.known.get(id) ?? raise(notFound()),
    receipt: async () => raise(notFound()),
    submit: async ({ transactions }: { transactions: SignedTransactionJson[] }) => {
      node.submitted += transactions.length;
      if (node.fault === "before") raise(sdkError("sdk/unreachable", "no connection"));
      const ids = transactions.map((json) => idOf(signedTransactionFromJson(json), domain));
      const before = { accounts: new Map(node.accounts), known: new Map(node.known), executed: node.executed.length };
      for (const [i, json] of transactions.entries()) {
        const id = ids[i] ?? "";
        if (node.known.has(id)) continue;
        const outcome = tryRun(id, json);
        if (typeof outcome === "object") {
          restore(before);
          raise(apiError("rejected", { index: i, reason: outcome }));
        }
        if (outcome === "waiting") node.known.set(id, viewOf(id, json, { status: "received" }));
      }
      runWaiting();
      if (node.fault === "after") raise(sdkError("sdk/unreachable", "the connection broke"));
      return { transactions: ids.map((id) => ({ id, status: "received", inclusion: null })) };
    },
  };
  const client = new Proxy(own, {
    get: (target, name) => Reflect.get(node.lies, name) ?? Reflect.get(target, name),
  }) as unknown as NodeClient;
  return Object.assign(node, { client });
}

/** An outgoing transaction in an account's history, of account 64. */
export function historyEntry(id: string): object {
  return { type: "transfer", status: "confirmed", id, from: { account: 64, owner: "" } };
}

/** A failure as the client throws it. */
export function apiError(code: string, apiDetails: object): Error {
  const isRetryable = code === "unavailable" || code === "overloaded";
  return sdkError("sdk/api-error", code, {
    details: { apiCode: code, status: 400, isRetryable, apiDetails, retryAfterSeconds: null },
  });
}

/** A transaction as a node shows it. */
export function viewOf(id: string, transaction: SignedTransactionJson, change: Partial<View>): View {
  const base = { status: "received" as const, inclusion: null, amount: null, fee: null, createdIndex: null };
  return { id, transaction, group: [id], rejection: null, receivedAtMs: 1, history: [], ...base, ...change };
}

/** A word of hex. */
export const word = bigintToWord;

function raise(error: Error): never {
  throw error;
}
