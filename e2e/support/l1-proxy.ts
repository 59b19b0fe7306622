import type { IncomingMessage, ServerResponse } from "node:http";
import { rollupAbi } from "@cairn/contracts";
import { concat, fromRlp, getAbiItem, type Hex, keccak256, parseTransaction, toFunctionSelector, toRlp } from "viem";
import { startBreakableServer } from "./breakable-server.ts";
import { answerAsOf, type JsonRpcRequest, type JsonRpcResponse } from "./stale-l1.ts";

/** What the publisher sends transactions for. */
export type Purpose = "submitBatch" | "pay";

/** A signed transaction that was sent to L1, with each time it was sent. */
export interface Broadcast {
  /** Function of the rollup that it calls, if it is one that the publisher uses. */
  readonly purpose: Purpose | null;
  readonly hash: Hex;
  readonly raw: Hex;
  readonly nonce: number;
  readonly to: Hex | null;
  readonly data: Hex;
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
  /** Null for a transaction without blobs. */
  readonly maxFeePerBlobGas: bigint | null;
  /** Hashes of its blobs. */
  readonly blobVersionedHashes: readonly Hex[];
}

/** An HTTP server in front of an L1 node that can misbehave as RPC providers do. */
export interface L1Proxy {
  readonly url: string;
  /** Closes its port and every connection. */
  readonly refuse: () => Promise<void>;
  /** Accepts requests and never answers. */
  readonly hang: () => void;
  /** Answers everything as of block `head`, as a node that has stopped syncing would; forwards transactions. */
  readonly freeze: (head: number) => void;
  /** Answers every second request as of block `head`: two nodes behind one address. */
  readonly alternate: (head: number) => void;
  /** Answers every request of these methods with an error. */
  readonly fail: (methods: readonly string[]) => void;
  /** Ends all of the above; requests made while it hung are never answered. */
  readonly comeBack: () => Promise<void>;
  /** Acknowledges transactions, all or those selected, and drops them. */
  readonly dropTransactions: (isMeant?: (transaction: Broadcast) => boolean) => void;
  /** Acknowledges transactions, all or those selected, and holds them back. */
  readonly holdTransactions: (isMeant?: (transaction: Broadcast) => boolean) => void;
  /** Forwards transactions again, first those held back. */
  readonly passTransactions: () => Promise<void>;
  /** Every transaction that was received, in order, including repetitions. */
  readonly broadcasts: () => readonly Broadcast[];
  /** How many requests of a method have been received, answered or not. */
  readonly count: (method: string) => number;
  readonly stop: () => Promise<void>;
}

/** What the publisher sends transactions for, by function selector. */
export const PURPOSES: ReadonlyMap<string, Purpose> = new Map(
  (["submitBatch", "pay"] as const).map((name) => [toFunctionSelector(getAbiItem({ abi: rollupAbi, name })), name]),
);

type Mood =
  | { readonly type: "honest" }
  | { readonly type: "hang" }
  | { readonly type: "stale"; readonly head: number; readonly isAlternating: boolean }
  | { readonly type: "failing"; readonly methods: readonly string[] };

/** Starts a proxy in front of `target`, on a free port. */
export async function startL1Proxy(target: string): Promise<L1Proxy> {
  const seen: Broadcast[] = [];
  const held: Hex[] = [];
  const counts = new Map<string, number>();
  let mood: Mood = { type: "honest" };
  let transactions: "pass" | "drop" | "hold" = "pass";
  let isMeant: (transaction: Broadcast) => boolean = () => true;
  let turn = 0;

  const forward = async (request: JsonRpcRequest): Promise<JsonRpcResponse> => {
    const response = await fetch(target, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
    });
    return (await response.json()) as JsonRpcResponse;
  };

  const respond = async (request: JsonRpcRequest): Promise<JsonRpcResponse> => {
    const { id, method } = request;
    if (mood.type === "failing" && mood.methods.includes(method)) {
      return { jsonrpc: "2.0", id, error: { code: -32603, message: "the provider has a problem" } };
    }
    const raw = rawTransaction(request);
    if (raw !== null && transactions !== "pass" && isMeant(toBroadcast(raw))) {
      if (transactions === "hold" && !held.includes(raw)) held.push(raw);
      return { jsonrpc: "2.0", id, result: keccak256(withoutSidecar(raw)) };
    }
    if (mood.type !== "stale" || (mood.isAlternating && turn++ % 2 === 0)) return forward(request);
    return answerAsOf(mood.head, request, forward);
  };

  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const body = await readBody(incoming);
    const parsed: JsonRpcRequest | readonly JsonRpcRequest[] = JSON.parse(body);
    const requests = Array.isArray(parsed) ? parsed : [parsed];
    for (const request of requests) {
      counts.set(request.method, (counts.get(request.method) ?? 0) + 1);
      const raw = rawTransaction(request);
      if (raw !== null) seen.push(toBroadcast(raw));
    }
    if (mood.type === "hang") return;
    const answers = await Promise.all(requests.map(respond));
    outgoing.setHeader("content-type", "application/json");
    outgoing.end(JSON.stringify(Array.isArray(parsed) ? answers : answers[0]));
  };

  const server = await startBreakableServer(handle);

  return {
    url: server.url,
    refuse: server.close,
    hang: () => {
      mood = { type: "hang" };
    },
    freeze: (head) => {
      mood = { type: "stale", head, isAlternating: false };
    },
    alternate: (head) => {
      mood = { type: "stale", head, isAlternating: true };
    },
    fail: (methods) => {
      mood = { type: "failing", methods };
    },
    comeBack: async () => {
      mood = { type: "honest" };
      await server.reopen();
    },
    dropTransactions: (filter = () => true) => {
      isMeant = filter;
      transactions = "drop";
    },
    holdTransactions: (filter = () => true) => {
      isMeant = filter;
      transactions = "hold";
    },
    passTransactions: async () => {
      transactions = "pass";
      for (const raw of held.splice(0)) {
        await forward({ jsonrpc: "2.0", id: 0, method: "eth_sendRawTransaction", params: [raw] });
      }
    },
    broadcasts: () => seen,
    count: (method) => counts.get(method) ?? 0,
    stop: server.close,
  };
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function rawTransaction({ method, params }: JsonRpcRequest): Hex | null {
  return method === "eth_sendRawTransaction" && params !== undefined ? (params[0] as Hex) : null;
}

function toBroadcast(raw: Hex): Broadcast {
  const signed = withoutSidecar(raw);
  const parsed = parseTransaction(signed);
  const { nonce = 0, to, data = "0x", maxFeePerGas = 0n, maxPriorityFeePerGas = 0n } = parsed;
  return {
    purpose: PURPOSES.get(data.slice(0, 10)) ?? null,
    hash: keccak256(signed),
    raw,
    nonce,
    to: to ?? null,
    data,
    maxFeePerGas,
    maxPriorityFeePerGas,
    maxFeePerBlobGas: parsed.maxFeePerBlobGas ?? null,
    blobVersionedHashes: parsed.blobVersionedHashes ?? [],
  };
}

const BLOB_TRANSACTION_TYPE = "0x03";

/** The part of a blob transaction that L1 includes: its sidecar travels with it, but is not signed. */
function withoutSidecar(raw: Hex): Hex {
  if (!raw.startsWith(BLOB_TRANSACTION_TYPE)) return raw;
  const [body] = fromRlp(`0x${raw.slice(BLOB_TRANSACTION_TYPE.length)}`, "hex");
  return Array.isArray(body) ? concat([BLOB_TRANSACTION_TYPE, toRlp(body)]) : raw;
}
