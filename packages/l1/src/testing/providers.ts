import type { Answer, RpcReply, RpcRequest } from "./fake-rpc.ts";

/** How a provider, client or cluster answers, and what a reader of L1 must make of it. */
export interface Provider {
  readonly name: string;
  /** A new one for each use: some count requests. */
  readonly create: () => Answer;
  /** `whole`: a reader copes with it; a code: the error that the reader throws. */
  readonly outcome: "whole" | "l1/bad-events" | "l1/state-missing" | "l1/unavailable";
}

interface Log {
  readonly blockNumber: string | null;
  readonly blockHash: string | null;
  readonly address: string;
  readonly logIndex: string | null;
  readonly removed?: boolean;
}

const hex = (value: number): string => `0x${value.toString(16)}`;
const error = (code: number, message: string): RpcReply => ({ error: { code, message } });

/** Answers one method; the rest is forwarded. */
const only =
  (method: string, answer: Answer): (() => Answer) =>
  () =>
  (request, ask) =>
    request.method === method ? answer(request, ask) : ask(request);

/** Refuses events of more than `max` blocks. */
const maxRange = (max: number, refusal: RpcReply): (() => Answer) =>
  only("eth_getLogs", (request, ask) => (widthOf(request) > max ? Promise.resolve(refusal) : ask(request)));

/** Changes the events that the node shows. */
const withLogs = (change: (logs: readonly Log[], request: RpcRequest) => readonly Log[] | null): (() => Answer) =>
  only("eth_getLogs", async (request, ask) => {
    const reply = await ask(request);
    if (typeof reply === "string" || !("result" in reply)) return reply;
    return { result: change(reply.result as readonly Log[], request) };
  });

/** Refuses states below the newest `kept` blocks. */
const keepingStates = (kept: number, refusal: (block: number) => RpcReply): (() => Answer) => {
  const positions: Readonly<Record<string, number>> = {
    eth_call: 1,
    eth_getCode: 1,
    eth_getBalance: 1,
    eth_getTransactionCount: 1,
  };
  return () => async (request, ask) => {
    const position = positions[request.method];
    const block = position === undefined ? undefined : request.params[position];
    if (typeof block !== "string" || !block.startsWith("0x")) return ask(request);
    const head = await ask({ method: "eth_blockNumber", params: [] });
    const newest = typeof head === "object" && "result" in head ? Number(head.result) : 0;
    return Number(block) <= newest - kept ? refusal(Number(block)) : ask(request);
  };
};

/** How an RPC that has pruned L1's history answers questions about it. */
export type Forgetting = "refuses" | "answers with nothing";

/**
 * Has forgotten all but the newest `kept` blocks, with their events, transactions and states: it refuses to answer about
 * older ones (EIP-4444), or answers as if there had been nothing.
 */
export const forgetful = (kept: number, manner: Forgetting): (() => Answer) => {
  const nothing = manner === "refuses" ? error(4444, "pruned history unavailable") : { result: null };
  const noState = error(-32000, "missing trie node 5c0ee75d9dd66883 (path ) state 0x5c0e is not available");
  const statePlaces: Readonly<Record<string, number>> = { eth_call: 1, eth_getCode: 1, eth_getBalance: 1 };
  return () => async (request, ask) => {
    const { method, params } = request;
    const head = await ask({ method: "eth_blockNumber", params: [] });
    const oldest = (typeof head === "object" && "result" in head ? Number(head.result) : 0) - kept + 1;
    const isOld = (block: unknown): boolean =>
      typeof block === "string" && block.startsWith("0x") && Number(block) < oldest;
    const statePlace = statePlaces[method];
    if (statePlace !== undefined) return isOld(params[statePlace]) ? noState : ask(request);
    if (method === "eth_getBlockByNumber") return isOld(params[0]) ? nothing : ask(request);
    if (method === "eth_getLogs") {
      const filter = params[0] as { readonly fromBlock: string; readonly toBlock: string };
      if (!isOld(filter.fromBlock)) return ask(request);
      if (manner === "refuses") return nothing;
      return isOld(filter.toBlock) ? { result: [] } : ask({ method, params: [{ ...filter, fromBlock: hex(oldest) }] });
    }
    const reply = await ask(request);
    const found = typeof reply === "object" && "result" in reply ? (reply.result as OfBlock | null) : null;
    if (method === "eth_getBlockByHash") return isOld(found?.number) ? nothing : reply;
    const isMined = method.startsWith("eth_getTransactionBy") || method === "eth_getTransactionReceipt";
    return isMined && isOld(found?.blockNumber) ? nothing : reply;
  };
};

/** A block, or something in one. */
interface OfBlock {
  readonly number?: string;
  readonly blockNumber?: string;
}

/** Has no safe and no finalized block. */
const withoutTags = (refusal: (tag: string) => RpcReply): (() => Answer) => {
  const isTag = (value: unknown): value is string => value === "safe" || value === "finalized";
  return () => (request, ask) => {
    const tag = request.params.find(isTag);
    return tag === undefined ? ask(request) : Promise.resolve(refusal(tag));
  };
};

/** Every second request goes to a node that is `behind` blocks behind. */
const lagging =
  (behind: number): (() => Answer) =>
  () => {
    let turn = 0;
    return async (request, ask) => {
      if (turn++ % 2 === 0) return ask(request);
      const head = await ask({ method: "eth_blockNumber", params: [] });
      const newest = (typeof head === "object" && "result" in head ? Number(head.result) : 0) - behind;
      return answerAsOf(newest, request, ask);
    };
  };

const answerAsOf = async (newest: number, request: RpcRequest, ask: Parameters<Answer>[1]): Promise<RpcReply> => {
  const { method, params } = request;
  const isLater = (block: unknown): boolean =>
    typeof block === "string" && block.startsWith("0x") && Number(block) > newest;
  switch (method) {
    case "eth_blockNumber":
      return { result: hex(newest) };
    case "eth_getBlockByNumber":
      if (isLater(params[0])) return { result: null };
      return ask({ method, params: params[0] === "latest" ? [hex(newest), params[1]] : params });
    case "eth_getLogs": {
      const filter = params[0] as { readonly fromBlock: string; readonly toBlock: string };
      if (isLater(filter.fromBlock)) return { result: [] };
      return ask({ method, params: [{ ...filter, toBlock: isLater(filter.toBlock) ? hex(newest) : filter.toBlock }] });
    }
    case "eth_call":
    case "eth_getCode":
      return isLater(params[1]) ? error(-32000, "header not found") : ask(request);
    case "eth_getTransactionByHash": {
      const reply = await ask(request);
      const found =
        typeof reply === "object" && "result" in reply ? (reply.result as { blockNumber?: string } | null) : null;
      return isLater(found?.blockNumber) ? { result: null } : reply;
    }
    default:
      return ask(request);
  }
};

function widthOf({ params }: RpcRequest): number {
  const { fromBlock, toBlock } = params[0] as { readonly fromBlock: string; readonly toBlock: string };
  return Number(toBlock) - Number(fromBlock) + 1;
}

const tooMany = (logs: readonly Log[], max: number): boolean => logs.length > max;

/** Limits on event queries: blocks, results, time. */
const RANGES: readonly Provider[] = [
  ["refuses wide ranges with -32005", maxRange(7, error(-32005, "query returned more than 10000 results"))],
  ["refuses wide ranges with -32602", maxRange(5, error(-32602, "Log response size exceeded. Try a smaller range"))],
  [
    "refuses wide ranges with -32600",
    maxRange(10, error(-32600, "You can make eth_getLogs requests with up to a 10 block range.")),
  ],
  ["says that the range is too large", maxRange(3, error(-32000, "block range is too large"))],
  ["names a maximum block range", maxRange(1, error(-32701, "exceed maximum block range: 1"))],
  ["answers wide ranges with 413", maxRange(4, { status: 413, body: "Request Entity Too Large" })],
  ["answers wide ranges with 400", maxRange(4, { status: 400, body: "<html>bad request</html>" })],
  ["answers wide ranges with 429", maxRange(4, { status: 429, body: "Too Many Requests" })],
  ["answers wide ranges with 503", maxRange(4, { status: 503, body: "" })],
  ["drops the connection at wide ranges", maxRange(4, "reset")],
  ["does not answer wide ranges in time", maxRange(20, "hang")],
  ["cuts off answers halfway", maxRange(4, { status: 200, body: '{"jsonrpc":"2.0","id":1,"result":[{"addr' })],
  [
    "limits the number of results",
    only("eth_getLogs", async (request, ask) => {
      const reply = await ask(request);
      const logs = typeof reply === "object" && "result" in reply ? (reply.result as readonly Log[]) : [];
      return tooMany(logs, 1) && widthOf(request) > 1 ? error(-32005, "query returned more than 1 results") : reply;
    }),
  ],
].map(([name, create]) => ({ name, create, outcome: "whole" }) as Provider);

/** Malformed or odd event lists. */
const EVENTS: readonly Provider[] = [
  { name: "shows events in reverse", outcome: "whole", create: withLogs((logs) => [...logs].reverse()) },
  { name: "shows each event twice", outcome: "whole", create: withLogs((logs) => [...logs, ...logs]) },
  {
    name: "also shows removed events",
    outcome: "whole",
    create: withLogs((logs) =>
      logs.flatMap((log) => [{ ...log, removed: true, blockHash: `0x${"de".repeat(32)}` }, log]),
    ),
  },
  {
    name: "also shows pending events",
    outcome: "whole",
    create: withLogs((logs) =>
      logs.flatMap((log) => [log, { ...log, blockNumber: null, blockHash: null, logIndex: null }]),
    ),
  },
  {
    name: "shows events of another contract",
    outcome: "l1/bad-events",
    create: withLogs((logs) => logs.map((log) => ({ ...log, address: `0x${"ab".repeat(20)}` }))),
  },
  {
    name: "shows events outside the range",
    outcome: "l1/bad-events",
    create: withLogs((logs, request) => {
      const { toBlock } = request.params[0] as { readonly toBlock: string };
      return logs.map((log) => ({ ...log, blockNumber: hex(Number(toBlock) + 1) }));
    }),
  },
  {
    name: "shows two events in one place",
    outcome: "l1/bad-events",
    create: withLogs((logs) => logs.flatMap((log) => [log, { ...log, transactionHash: `0x${"cd".repeat(32)}` }])),
  },
  { name: "answers null for events", outcome: "l1/unavailable", create: withLogs(() => null) },
];

const PRUNED = (block: number): readonly (readonly [string, RpcReply])[] => [
  ["geth", error(-32000, "missing trie node 5c0ee75d9dd66883 (path ) state 0x5c0e is not available, not found")],
  ["geth by path", error(-32000, "historical state 5c0ee75d is not available")],
  ["geth without the header", error(-32000, "header not found")],
  ["erigon", error(-32000, `state at block ${block} is pruned`)],
  ["besu", error(-32000, "World state unavailable")],
  ["nethermind", error(-32002, `No state available for block ${block}`)],
  ["reth", error(-32001, "block not found")],
  ["a provider", error(-32602, "archive node required: the requested historical state unavailable")],
];

/** States of only a few blocks. */
const STATES: readonly Provider[] = [
  ...PRUNED(0).map(
    ([client], i): Provider => ({
      name: `keeps the states of two blocks, worded as ${client}`,
      outcome: "whole",
      create: keepingStates(2, (block) => PRUNED(block)[i]?.[1] ?? "reset"),
    }),
  ),
  {
    name: "shows no state at all",
    outcome: "l1/state-missing",
    create: keepingStates(0, () => error(-32000, "missing trie node")),
  },
];

/** No safe and no finalized block, by client. */
export const TAG_REFUSALS: readonly (readonly [name: string, refusal: (tag: string) => RpcReply])[] = [
  ["geth", (tag) => error(-32000, `${tag} block not found`)],
  ["geth before the merge", (tag) => error(-32000, `'${tag}' tag not supported on pre-merge network`)],
  ["geth that does not know the tag", () => error(-32602, "invalid argument 0: hex string without 0x prefix")],
  ["besu", () => error(-39001, "Unknown block")],
  ["erigon", (tag) => error(-39001, `block "${tag}" not available (head block: 21459236)`)],
  ["reth", () => error(-32001, "block not found")],
  ["nethermind", () => ({ result: null })],
  [
    "hardhat",
    (tag) => error(-32602, `Errors encountered in param 0: Invalid value "${tag}" supplied to : QUANTITY | TAG`),
  ],
  ["ganache", (tag) => error(-32700, `invalid block tag "${tag}"`)],
  ["openethereum", (tag) => error(-32602, `Invalid params: invalid block number: unknown variant \`${tag}\`.`)],
  ["a provider with an inner error", () => error(-32603, "Internal error: finalized block is nil")],
  ["a provider of another chain", (tag) => error(-32601, `the tag ${tag} is not supported`)],
];

const TAGS: readonly Provider[] = TAG_REFUSALS.map(([client, refusal]) => ({
  name: `has no safe and no finalized block, worded as ${client}`,
  outcome: "whole",
  create: withoutTags(refusal),
}));

const CLUSTERS: readonly Provider[] = [
  { name: "sends every second request to a node that is one block behind", outcome: "whole", create: lagging(1) },
  { name: "sends every second request to a node that is five blocks behind", outcome: "whole", create: lagging(5) },
  {
    name: "refuses every third request as too many",
    outcome: "whole",
    create: () => {
      let count = 0;
      return (request, ask) =>
        ++count % 3 === 0 ? Promise.resolve({ status: 429, body: "Too Many Requests" }) : ask(request);
    },
  },
];

/** Real-world providers; every reader of L1 is tested against each of them. */
export const PROVIDERS: readonly Provider[] = [...RANGES, ...EVENTS, ...STATES, ...TAGS, ...CLUSTERS];
