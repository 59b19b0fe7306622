import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A JSON-RPC request. */
export interface RpcRequest {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** What an RPC answers, JSON-RPC or not. */
export type RpcReply =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string; readonly data?: unknown } }
  | { readonly status: number; readonly body: string }
  /** No answer at all. */
  | "hang"
  /** The connection is closed. */
  | "reset";

/** Asks the real node. */
export type AskNode = (request: RpcRequest) => Promise<RpcReply>;

/** How an RPC answers. */
export type Answer = (request: RpcRequest, ask: AskNode) => Promise<RpcReply>;

/** A JSON-RPC server that forwards requests to a real node, or answers them its own way. */
export interface FakeRpc {
  readonly url: string;
  /** Methods that were asked, with their parameters, in order. */
  readonly requests: readonly RpcRequest[];
  /** How to answer from now on; `null` forwards everything. */
  readonly behave: (answer: Answer | null) => void;
  readonly stop: () => Promise<void>;
}

/** Starts a server in front of the node at `nodeUrl`, on a free port of this machine. For tests. */
export async function startFakeRpc(nodeUrl: string): Promise<FakeRpc> {
  const requests: RpcRequest[] = [];
  let answer: Answer | null = null;
  const ask: AskNode = async ({ method, params }) => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const response = await fetch(nodeUrl, { method: "POST", headers: { "content-type": "application/json" }, body });
    const { result, error } = (await response.json()) as {
      result?: unknown;
      error?: { code: number; message: string };
    };
    return error === undefined ? { result } : { error };
  };
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { id, method, params = [] } = JSON.parse(await textOf(incoming));
    const request: RpcRequest = { method, params };
    requests.push(request);
    const reply = await (answer === null ? ask(request) : answer(request, ask));
    if (reply === "hang") return;
    if (reply === "reset") return void incoming.socket.destroy();
    if ("status" in reply) return void outgoing.writeHead(reply.status).end(reply.body);
    outgoing.writeHead(200, { "content-type": "application/json" });
    outgoing.end(JSON.stringify({ jsonrpc: "2.0", id, ...reply }));
  };
  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch((error: unknown) => outgoing.writeHead(502).end(String(error)));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    behave: (next) => {
      answer = next;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function textOf(incoming: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of incoming) text += String(chunk);
  return text;
}
