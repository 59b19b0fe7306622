import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { rollupAbi } from "@cairn/contracts";
import {
  type Address,
  decodeFunctionData,
  encodeAbiParameters,
  type Hex,
  isAddressEqual,
  padHex,
  toFunctionSelector,
} from "viem";
import { ROLLUP } from "./node-double.ts";

/** A token of an L1 double: its contract's answers; null reverts. */
export interface DoubleToken {
  readonly id: number;
  readonly address: Address;
  readonly symbol: Hex | null;
  readonly decimals: Hex | null;
}

/** An L1 node with a rollup and tokens that exist only in its answers. */
export interface L1Double {
  readonly url: string;
  readonly tokens: DoubleToken[];
  /** Calls that it answered. */
  readonly calls: () => number;
  readonly stop: () => Promise<void>;
}

/** Address of a double's token. */
export function tokenAddressOf(id: number): Address {
  return padHex(`0x${(0xe0_0000 + id).toString(16)}`, { size: 20 });
}

/** Starts a double on a free port. */
export async function startL1Double(tokens: readonly DoubleToken[] = []): Promise<L1Double> {
  const known = [...tokens];
  let calls = 0;
  const server = createServer(async (request, response) => {
    let text = "";
    for await (const chunk of request) text += String(chunk);
    const { id, method, params } = JSON.parse(text) as {
      id: number;
      method: string;
      params: [{ to: Address; data: Hex }];
    };
    calls++;
    const result = method === "eth_chainId" ? "0x7a69" : method === "eth_call" ? answerTo(known, params[0]) : null;
    const outcome = result === null ? { error: { code: 3, message: "execution reverted", data: "0x" } } : { result };
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ jsonrpc: "2.0", id, ...outcome }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tokens: known,
    calls: () => calls,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answerTo(
  tokens: readonly DoubleToken[],
  { to, data }: { readonly to: Address; readonly data: Hex },
): Hex | null {
  if (!isAddressEqual(to, ROLLUP)) {
    const token = tokens.find(({ address }) => isAddressEqual(address, to));
    return data === toFunctionSelector("function symbol()") ? (token?.symbol ?? null) : (token?.decimals ?? null);
  }
  const call = decodeFunctionData({ abi: rollupAbi, data });
  if (call.functionName === "version") return padHex("0x2", { size: 32 });
  if (call.functionName === "tokenAddress") {
    const [id] = call.args;
    return padHex(tokens.find((token) => token.id === id)?.address ?? "0x", { size: 32 });
  }
  if (call.functionName === "tokenIdOf") {
    const [address] = call.args;
    const id = tokens.find((token) => isAddressEqual(token.address, address))?.id ?? 0;
    return encodeAbiParameters([{ type: "uint32" }], [id]);
  }
  return `0x${"00".repeat(32 * 16)}`;
}
