/** A JSON-RPC request. */
export interface JsonRpcRequest {
  readonly jsonrpc: "2.0";
  readonly id: number;
  readonly method: string;
  readonly params?: readonly unknown[];
}

/** A JSON-RPC answer. */
export interface JsonRpcResponse {
  readonly jsonrpc: "2.0";
  readonly id: number;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

type Forward = (request: JsonRpcRequest) => Promise<JsonRpcResponse>;

/** Position of the block parameter of methods that read state. */
const STATE_METHODS: Readonly<Record<string, number>> = {
  eth_call: 1,
  eth_estimateGas: 1,
  eth_getBalance: 1,
  eth_getCode: 1,
  eth_getTransactionCount: 1,
  eth_getStorageAt: 2,
};

/** The answer of a node whose last block is `head`, derived from that of a node that is further ahead. */
export async function answerAsOf(head: number, request: JsonRpcRequest, forward: Forward): Promise<JsonRpcResponse> {
  const { id, method, params = [] } = request;
  const nothing = (result: unknown): JsonRpcResponse => ({ jsonrpc: "2.0", id, result });
  if (method === "eth_blockNumber") return nothing(toQuantity(head));
  if (method === "eth_getBlockByNumber") {
    const wanted = clip(params[0], head);
    return wanted === null ? nothing(null) : forward({ ...request, params: [wanted, ...params.slice(1)] });
  }
  if (method === "eth_getLogs") {
    const filter = params[0] as { readonly fromBlock?: unknown; readonly toBlock?: unknown };
    if (clip(filter.fromBlock ?? "latest", head) === null) return nothing([]);
    return forward({ ...request, params: [{ ...filter, toBlock: clip(filter.toBlock, head) ?? toQuantity(head) }] });
  }
  if (method === "eth_getTransactionReceipt" || method === "eth_getTransactionByHash") {
    const answer = await forward(request);
    return isAbove(answer.result, head) ? nothing(null) : answer;
  }
  const position = STATE_METHODS[method];
  if (position === undefined) return forward(request);
  const block = clip(params[position], head);
  if (block === null) return { jsonrpc: "2.0", id, error: { code: -32000, message: "header not found" } };
  const clipped = [...params];
  clipped[position] = block;
  return forward({ ...request, params: clipped });
}

/** The block parameter as a number of at most `head`; null when it names a later block. */
function clip(block: unknown, head: number): string | null {
  if (typeof block !== "string" || !block.startsWith("0x")) return block === "earliest" ? "0x0" : toQuantity(head);
  return Number(block) > head ? null : block;
}

function isAbove(result: unknown, head: number): boolean {
  if (typeof result !== "object" || result === null || !("blockNumber" in result)) return false;
  return result.blockNumber !== null && Number(result.blockNumber) > head;
}

function toQuantity(block: number): string {
  return `0x${block.toString(16)}`;
}
