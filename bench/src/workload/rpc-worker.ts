import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import type { RpcContent } from "./rpc-l1.ts";

interface Request {
  readonly id: number;
  readonly method: string;
  readonly params: readonly [unknown];
}

const { chainId, logs, transactions }: RpcContent = workerData;
const byHash = new Map(transactions.map((transaction) => [transaction.hash, transaction]));

const server = createServer(async (incoming, outgoing) => {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { id, method, params }: Request = JSON.parse(Buffer.concat(chunks).toString());
  outgoing.setHeader("content-type", "application/json");
  outgoing.end(JSON.stringify({ jsonrpc: "2.0", id, result: answer(method, params) }));
});
server.listen(0, "127.0.0.1", () => parentPort?.postMessage((server.address() as AddressInfo).port));

function answer(method: string, [first]: readonly [unknown]): unknown {
  if (method === "eth_chainId") return `0x${chainId.toString(16)}`;
  if (method === "eth_getTransactionByHash") return byHash.get(String(first)) ?? null;
  if (method !== "eth_getLogs") throw new RangeError(`${method} is not served`);
  const { fromBlock, toBlock } = first as { readonly fromBlock: string; readonly toBlock: string };
  const [from, to] = [Number(fromBlock), Number(toBlock)];
  return logs.filter(({ blockNumber }) => Number(blockNumber) >= from && Number(blockNumber) <= to);
}
