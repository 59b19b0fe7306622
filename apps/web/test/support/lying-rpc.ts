import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { rollupAbi } from "@cairn/contracts";
import {
  decodeFunctionResult,
  encodeFunctionResult,
  getAbiItem,
  type Hex,
  multicall3Abi,
  toFunctionSelector,
} from "viem";

interface Question {
  readonly id: number;
  readonly method: string;
  readonly params?: readonly unknown[];
}

/** An RPC and beacon API between a page and L1. */
export interface LyingRpc {
  readonly url: string;
  /** From now on custody is said to be one unit less, in every token that has some. */
  readonly understate: (isOn: boolean) => void;
  /** From now on nothing is answered; what was asked meanwhile is answered when it ends. */
  readonly hold: (isOn: boolean) => void;
  /** Questions of a method so far. */
  readonly count: (method: string) => number;
  readonly stop: () => Promise<void>;
}

const CUSTODY = toFunctionSelector(getAbiItem({ abi: rollupAbi, name: "custody" })).slice(2);

/** Starts one in front of an L1. */
export async function startLyingRpc(target: string): Promise<LyingRpc> {
  let isUnderstating = false;
  let held: Promise<void> | null = null;
  let release: () => void = () => undefined;
  const counts = new Map<string, number>();
  const answer = async (question: Question): Promise<unknown> => {
    counts.set(question.method, (counts.get(question.method) ?? 0) + 1);
    await held;
    const asked = await fetch(target, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(question),
    });
    const answered = (await asked.json()) as { readonly result?: Hex };
    const isCustody = question.method === "eth_call" && JSON.stringify(question.params).includes(CUSTODY);
    return isUnderstating && isCustody && answered.result !== undefined
      ? { ...answered, result: oneLess(answered.result) }
      : answered;
  };
  const server = createServer(async (incoming, outgoing) => {
    const headers = { "access-control-allow-origin": "*", "access-control-allow-headers": "*" };
    if (incoming.method === "OPTIONS") {
      outgoing.writeHead(204, headers).end();
      return;
    }
    if (incoming.method === "GET") {
      // The beacon API, which has to answer pages of other origins.
      const answered = await fetch(`${target}${incoming.url}`, { headers: { accept: "application/json" } });
      outgoing.writeHead(answered.status, headers).end(Buffer.from(await answered.arrayBuffer()));
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const asked = JSON.parse(Buffer.concat(chunks).toString()) as Question | readonly Question[];
    const answered = await (Array.isArray(asked) ? Promise.all(asked.map(answer)) : answer(asked as Question));
    outgoing.writeHead(200, { ...headers, "content-type": "application/json" }).end(JSON.stringify(answered));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    understate: (isOn) => {
      isUnderstating = isOn;
    },
    hold: (isOn) => {
      release();
      held = isOn ? new Promise((resolve) => (release = resolve)) : null;
    },
    count: (method) => counts.get(method) ?? 0,
    stop: async () => {
      release();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The answer to many reads in one call, each of a number above 0 one less. */
function oneLess(data: Hex): Hex {
  const call = { abi: multicall3Abi, functionName: "aggregate3" } as const;
  const results = decodeFunctionResult({ ...call, data }).map(({ success, returnData }) => {
    const value = BigInt(returnData);
    return { success, returnData: `0x${(value === 0n ? value : value - 1n).toString(16).padStart(64, "0")}` as Hex };
  });
  return encodeFunctionResult({ ...call, result: results });
}
