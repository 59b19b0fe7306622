import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Forwards JSON-RPC to a node and counts requests by method. */
export interface CountingRpc {
  readonly url: string;
  readonly count: (method: string) => number;
  readonly stop: () => Promise<void>;
}

/** Starts one in front of `target`, on a free port. */
export async function startCountingRpc(target: string): Promise<CountingRpc> {
  const counts = new Map<string, number>();
  const server = createServer(async (incoming, outgoing) => {
    let body = "";
    for await (const chunk of incoming) body += String(chunk);
    const headers = { "content-type": "application/json" };
    const answer = await (await fetch(target, { method: "POST", headers, body })).text();
    const { method } = JSON.parse(body) as { readonly method: string };
    counts.set(method, (counts.get(method) ?? 0) + 1);
    outgoing.writeHead(200, headers).end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    count: (method) => counts.get(method) ?? 0,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
