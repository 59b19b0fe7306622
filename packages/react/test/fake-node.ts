import { messageHash } from "@cairn/crypto";
import { bigintToAddress, CairnError, type Domain, decodeFloat16, decodeFloat40, messageWords } from "@cairn/protocol";
import { API_ERRORS, type ApiErrorCode, bigintToWord, type RouteResponse, signedTransactionFromJson } from "@cairn/rpc";
import type { AccountView, NodeClient, SdkErrorCode, StreamEvent, StreamOptions } from "@cairn/sdk";

type View = RouteResponse<"transaction">;
type Entry = RouteResponse<"ownerHistory">["entries"][number];

/** A node in memory: tests say what it knows, when it answers, and what its streams tell. */
export interface FakeNode {
  readonly client: NodeClient;
  readonly accounts: Map<number, AccountView>;
  readonly transactions: Map<string, View>;
  /** Newest first. */
  readonly entries: Entry[];
  /** Names of the routes that were called, in order. */
  readonly asked: string[];
  /** Answers of these methods instead of its own. */
  lies: Partial<NodeClient>;
  /** Called before each answer; may wait, or throw. */
  before: (route: string, signal: AbortSignal | undefined) => Promise<void>;
  /** What the streams were opened with, those that have ended included. */
  readonly streams: StreamOptions[];
  /** Streams that are open. */
  open: number;
  /** Makes every open stream tell this. */
  readonly tell: (event: StreamEvent) => void;
  /** Makes every stream, also those to come, throw this; null for none. */
  streamError: Error | null;
}

/** A failure as the SDK's client throws it. */
export function apiError(code: ApiErrorCode, details: object = {}): CairnError<SdkErrorCode> {
  const { http: status } = API_ERRORS[code];
  return new CairnError("sdk/api-error", code, { details: { apiCode: code, status, apiDetails: details } });
}

/** A node of the rollup. */
export function fakeNode(domain: Domain): FakeNode {
  const rollup = { chainId: Number(domain.chainId), rollup: bigintToAddress(domain.rollup) };
  const idOf = (json: View["transaction"]) =>
    bigintToWord(messageHash(messageWords(signedTransactionFromJson(json).transaction, domain)));
  const listeners = new Set<(event: StreamEvent | Error) => void>();
  const node: FakeNode = {
    client: undefined as unknown as NodeClient,
    accounts: new Map(),
    transactions: new Map(),
    entries: [],
    asked: [],
    lies: {},
    before: async () => undefined,
    streams: [],
    open: 0,
    tell: (event) => {
      for (const listener of [...listeners]) listener(event);
    },
    streamError: null,
  };

  async function* stream(options: StreamOptions = {}): AsyncGenerator<StreamEvent, void, undefined> {
    node.streams.push(options);
    if (node.streamError !== null) throw node.streamError;
    const waiting: (StreamEvent | Error)[] = [];
    let wake = (): void => undefined;
    const listener = (event: StreamEvent | Error): void => {
      waiting.push(event);
      wake();
    };
    options.signal?.addEventListener("abort", () => wake());
    listeners.add(listener);
    node.open++;
    try {
      while (options.signal?.aborted !== true) {
        const event = waiting.shift();
        if (event instanceof Error) throw event;
        if (event !== undefined) yield event;
        else
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    } finally {
      node.open--;
      listeners.delete(listener);
    }
  }

  const own = {
    rollup: async () => ({ ...rollup, minValiditySeconds: 60, lastBlock: 3, lastProvenBlock: 2, lastFinalBlock: 1 }),
    ready: async () => ({ isReady: true, parts: {} }),
    quote: async ({ kind, tokenId }: { kind: string; tokenId: number }) => ({
      kind,
      tokenId,
      fee: "3",
      minimumFee: "2",
    }),
    account: async ({ index }: { index: number }) => {
      const account = node.accounts.get(index);
      if (account === undefined) throw apiError("not-found");
      return { ...account };
    },
    accounts: async ({ owner, key }: { owner: string; key?: string }) => ({
      accounts: [...node.accounts.values()].filter(
        (one) => one.owner.toLowerCase() === owner.toLowerCase() && (key === undefined || one.key === key),
      ),
      next: null,
    }),
    ownerBalances: async ({ owner }: { owner: string }) => {
      const balance = [...node.accounts.values()]
        .filter((one) => one.owner.toLowerCase() === owner.toLowerCase())
        .reduce((sum, one) => sum + BigInt(one.balance), 0n);
      const sum = { tokenId: 0, ownerKeyBalance: "0", keylessBalance: "0", accounts: 1 };
      return { balances: [{ ...sum, balance: String(balance) }], block: 1, next: null };
    },
    ownerHistory: async ({ limit, cursor }: { limit: number; cursor?: string }) => page(limit, cursor),
    accountHistory: async ({ limit, cursor }: { limit: number; cursor?: string }) => page(limit, cursor),
    transaction: async ({ id }: { id: string }) => {
      const view = node.transactions.get(id.toLowerCase());
      if (view === undefined) throw apiError("not-found");
      return view;
    },
    submit: async ({ transactions }: { transactions: View["transaction"][] }) => {
      const answered = transactions.map((json) => {
        const id = idOf(json);
        node.transactions.set(id, node.transactions.get(id) ?? viewOf(id, json));
        return { id, status: "received" as const, inclusion: null };
      });
      return { transactions: answered };
    },
  };

  const page = (limit: number, cursor = "0") => {
    const from = Number(cursor);
    const to = from + limit;
    return { entries: node.entries.slice(from, to), next: to < node.entries.length ? String(to) : null };
  };

  const methods = new Map<string, (args: never) => Promise<unknown>>(Object.entries(own));
  (node as { client: NodeClient }).client = new Proxy({} as NodeClient, {
    get: (_, name) => {
      const route = String(name);
      // What is awaited is asked whether it is a promise.
      if (route === "then") return undefined;
      if (route === "url") return "http://node.example";
      if (route === "stream") return stream;
      return async (args: never, options?: { readonly signal?: AbortSignal }) => {
        node.asked.push(route);
        await node.before(route, options?.signal);
        const lie: unknown = Reflect.get(node.lies, route);
        const method = (lie as ((args: never, options: unknown) => Promise<unknown>) | undefined) ?? methods.get(route);
        if (method === undefined) throw new TypeError(`the fake node has no ${route}`);
        return method(args, options);
      };
    },
  });
  return node;
}

function viewOf(id: string, json: View["transaction"]): View {
  const { transaction } = signedTransactionFromJson(json);
  return {
    id,
    status: "received",
    inclusion: null,
    group: [],
    transaction: json,
    amount: String(decodeFloat40(transaction.amount)),
    fee: String(decodeFloat16(transaction.fee)),
    createdIndex: null,
    rejection: null,
    receivedAtMs: 0,
    history: [],
  };
}
