import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { messageHash } from "@cairn/crypto";
import { accountIndex, addressToBigint, type Domain, messageWords, paymentRequestId, tokenId } from "@cairn/protocol";
import { bigintToWord, type RouteResponse, type SignedTransactionJson, signedTransactionFromJson } from "@cairn/rpc";

/** State of a node double; tests change it as they like. */
export interface DoubleState {
  domain: Domain;
  accounts: RouteResponse<"account">[];
  /** Of every account, newest first. */
  history: RouteResponse<"accountHistory">["entries"];
  /** Requests by id; those asked for join them. */
  requests: Map<string, RouteResponse<"paymentRequest">>;
  /** Fee that is quoted, in smallest units; null for a token in which no fees are accepted. */
  fee: string | null;
  /** Status that submitted transactions have. */
  status: RouteResponse<"transaction">["status"];
  queue: RouteResponse<"queue">;
  blocks: RouteResponse<"block">[];
  /** Id of the transaction that it passes off as whichever is asked for. */
  answersFor: string | null;
  /** Of every transaction; null for none. */
  receipt: RouteResponse<"receipt"> | null;
  payouts: RouteResponse<"payouts">["payouts"];
  isReady: boolean;
  minValiditySeconds: number;
  /** State that the sequencer's part reports; by default derived from its readiness. */
  partState: string | null;
  /** What it says about its sources of blobs; null for nothing. */
  blobs: string | null;
  /** Takes submissions, but closes the connection instead of answering them. */
  isSilent: boolean;
  /** Answers submissions with this instead. */
  refusal: { readonly status: number; readonly error: object } | null;
}

/** An HTTP server that answers like a node, from a state held by the test. */
export interface NodeDouble {
  readonly url: string;
  readonly state: DoubleState;
  readonly submitted: SignedTransactionJson[][];
  readonly stop: () => Promise<void>;
}

export const ROLLUP = `0x${"ab".repeat(20)}` as const;
export const DOMAIN: Domain = { chainId: 31337n, rollup: addressToBigint(ROLLUP) };
const WORD = `0x${"0".repeat(64)}`;

/** A block with nothing in it. */
export function blockOf(number: number, change: Partial<RouteResponse<"block">> = {}): RouteResponse<"block"> {
  const base = {
    timestamp: 1,
    slots: 16,
    l1Operations: 0,
    transactions: 0,
    oldRoot: null,
    newRoot: null,
    cells: null,
    chains: null,
    batch: null,
  };
  const times = { openedAtMs: 1, sealedAtMs: 1, provenAtMs: null, finalAtMs: null };
  return { number, status: "sealed", ...base, ...times, ...change };
}

/** Starts a double on a free port. */
export async function startNodeDouble(): Promise<NodeDouble> {
  const state: DoubleState = {
    domain: DOMAIN,
    accounts: [],
    history: [],
    requests: new Map(),
    fee: "5",
    status: "confirmed",
    queue: { entries: [], processed: 0, next: null },
    blocks: [],
    answersFor: null,
    receipt: null,
    payouts: [],
    isReady: true,
    minValiditySeconds: 300,
    partState: null,
    blobs: null,
    isSilent: false,
    refusal: null,
  };
  const submitted: SignedTransactionJson[][] = [];
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const url = new URL(request.url ?? "/", "http://node");
    const answer = answerTo(url, text, state, submitted);
    if (state.isSilent && request.method === "POST") return void request.socket.destroy();
    const [status, body] = answer ?? [404, { error: { code: "not-found", message: "no such thing" } }];
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    state,
    submitted,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answerTo(
  { pathname, searchParams }: URL,
  text: string,
  state: DoubleState,
  submitted: SignedTransactionJson[][],
): readonly [number, object] | null {
  const [, kind, id] = /^\/(?:v1\/)?(\w+)(?:\/([^/]+))?/.exec(pathname) ?? [];
  if (kind === "transactions" && id === undefined) {
    if (state.refusal !== null) return [state.refusal.status, { error: state.refusal.error }];
    const { transactions } = JSON.parse(text) as { transactions: SignedTransactionJson[] };
    submitted.push(transactions);
    const acknowledged = transactions.map((one) => ({
      id: idOf(one, state.domain),
      status: state.status,
      inclusion: null,
    }));
    return [200, { transactions: acknowledged }];
  }
  if (pathname.endsWith("/receipt")) return state.receipt && [200, state.receipt];
  if (kind === "transactions") return transactionOf(state.answersFor ?? id ?? "", state, submitted);
  if (kind === "accounts" && pathname.endsWith("/history")) return [200, { entries: state.history, next: null }];
  if (kind === "requests" && id !== undefined) {
    const request = state.requests.get(id);
    return request === undefined ? null : [200, request];
  }
  if (kind === "requests") return [200, askedFor(JSON.parse(text) as AskedFor, state)];
  if (kind === "accounts") {
    if (id === undefined) {
      const owner = searchParams.get("owner")?.toLowerCase();
      const tokenId = searchParams.get("tokenId");
      const [key, ownerKey] = [searchParams.get("key"), searchParams.get("ownerKey")];
      const fits = (one: RouteResponse<"account">) =>
        one.owner.toLowerCase() === owner &&
        (tokenId === null || one.tokenId === Number(tokenId)) &&
        (key === null || one.key === key.toLowerCase()) &&
        (ownerKey === null || String(one.ownerKey) === ownerKey) &&
        one.index >= Number(searchParams.get("cursor") ?? searchParams.get("from") ?? 0);
      const found = state.accounts.filter(fits).sort((a, b) => a.index - b.index);
      const limit = Number(searchParams.get("limit") ?? 100);
      return [200, { accounts: found.slice(0, limit), next: found[limit]?.index.toString() ?? null }];
    }
    const account = state.accounts.find(({ index }) => index === Number(id));
    return account === undefined ? null : [200, account];
  }
  if (kind === "fees") return state.fee === null ? null : [200, quoteOf(searchParams, state.fee)];
  if (kind === "rollup") return [200, rollupOf(state)];
  if (kind === "health") return [200, { status: "ok", roles: ["api"], version: "double" }];
  if (kind === "ready") {
    const parts = {
      sequencer: { isReady: state.isReady, state: state.partState ?? (state.isReady ? "running" : "starting") },
      ...(state.blobs === null ? {} : { blobs: { isReady: true, state: state.blobs } }),
    };
    return [state.isReady ? 200 : 503, { isReady: state.isReady, parts }];
  }
  if (kind === "batches") return [200, { batches: [], next: null }];
  if (kind === "queue" && id !== undefined) {
    const entry = state.queue.entries.find(({ position }) => position === Number(id));
    return entry === undefined ? null : [200, entry];
  }
  if (kind === "queue") {
    const from = Number(searchParams.get("cursor") ?? searchParams.get("from") ?? 0);
    const limit = Number(searchParams.get("limit") ?? 25);
    const entries = state.queue.entries.filter(({ position }) => position >= from);
    const last = entries[limit - 1];
    const next = entries.length > limit && last !== undefined ? String(last.position + 1) : null;
    return [200, { ...state.queue, entries: entries.slice(0, limit), next }];
  }
  if (kind === "payouts") return [200, { payouts: state.payouts, next: null }];
  if (kind !== "blocks") return null;
  if (id === undefined) return [200, { blocks: state.blocks, next: null }];
  const block = state.blocks.find(({ number }) => number === Number(id));
  return block === undefined ? null : [200, block];
}

type AskedFor = Pick<RouteResponse<"paymentRequest">, "account" | "amount" | "reference" | "expiresAt">;

/** A request as the node has taken it, without a look at its signature. */
function askedFor({ account: index, amount, reference, expiresAt }: AskedFor, state: DoubleState): object {
  const account = state.accounts.find((one) => one.index === index);
  if (account === undefined) throw new RangeError(`no account ${index}`);
  const { owner, key, tokenId: token } = account;
  const request = {
    account: accountIndex(index),
    owner: addressToBigint(owner),
    key: BigInt(key),
    tokenId: tokenId(token),
    amount: BigInt(amount),
    reference: BigInt(reference),
    expiresAt,
  };
  const id = paymentRequestId(request, state.domain);
  const fresh = {
    createdAtMs: 1,
    memo: null,
    certainty: null,
    paid: "0",
    paidLate: "0",
    paidRecalled: "0",
    payments: [],
  };
  const asked = { account: index, owner, key, tokenId: token, amount, reference, expiresAt };
  const taken = { id, ...asked, ...fresh, status: "open" as const };
  state.requests.set(id, taken);
  return taken;
}

function idOf(json: SignedTransactionJson, domain: Domain): string {
  return bigintToWord(messageHash(messageWords(signedTransactionFromJson(json).transaction, domain)));
}

function transactionOf(
  id: string,
  state: DoubleState,
  submitted: readonly SignedTransactionJson[][],
): readonly [number, object] | null {
  const group = submitted.find((one) => one.some((json) => idOf(json, state.domain) === id));
  const transaction = group?.find((json) => idOf(json, state.domain) === id);
  if (group === undefined || transaction === undefined) return null;
  const status = {
    status: state.status,
    inclusion: { block: 1, slot: 0 },
    amount: "1000",
    fee: "5",
    createdIndex: null,
  };
  const rest = { rejection: null, receivedAtMs: 1, history: [], group: group.map((json) => idOf(json, state.domain)) };
  return [200, { id, transaction, ...status, ...rest }];
}

function quoteOf(query: URLSearchParams, fee: string): object {
  const parts = { data: fee, proof: "0", operator: "0" };
  const base = { kind: query.get("kind"), tokenId: Number(query.get("tokenId")), fee, minimumFee: fee };
  return { ...base, parts, gasPriceWei: "1" };
}

function rollupOf({ domain, blocks, minValiditySeconds }: DoubleState): object {
  return {
    chainId: Number(domain.chainId),
    rollup: `0x${domain.rollup.toString(16).padStart(40, "0")}`,
    slots: 16,
    nextIndex: 64,
    root: WORD,
    lastBlock: blocks[0]?.number ?? 0,
    lastProvenBlock: 0,
    lastFinalBlock: 0,
    minValiditySeconds,
    maxGroupSize: 4,
    feeTokens: [0],
    provableBatches: null,
  };
}
