import { custom, type EIP1193RequestFn, type Transport } from "viem";

/** A JSON-RPC question. */
export interface RpcQuestion {
  readonly method: string;
  readonly params?: readonly unknown[];
}

/** How a connection to L1 answers; `ask` asks the real node. */
export type RpcManner = (question: RpcQuestion, ask: (question: RpcQuestion) => Promise<unknown>) => Promise<unknown>;

/** A transport over HTTP whose answers a test can change: a wallet, or an RPC with a fault. */
export function mannered(url: string, manner: RpcManner): Transport {
  let number = 0;
  const ask = async ({ method, params = [] }: RpcQuestion): Promise<unknown> => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: ++number, method, params });
    const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
    const answer = (await response.json()) as { result?: unknown; error?: { code: number; message: string } };
    if (answer.error !== undefined) throw Object.assign(new Error(answer.error.message), answer.error);
    return answer.result;
  };
  const request = ((question: RpcQuestion) => manner(question, ask)) as EIP1193RequestFn;
  return custom({ request }, { retryCount: 0 });
}

/** Answers as a wallet does whose user refuses. */
export function userRefuses(): never {
  throw Object.assign(new Error("User rejected the request."), { code: 4001 });
}
