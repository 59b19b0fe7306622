import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { rollupAbi } from "@cairn/contracts";
import { encodeAbiParameters, encodeEventTopics } from "viem";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ALICE, createHome } from "../../test/home.ts";
import { type NodeDouble, ROLLUP, startNodeDouble } from "../../test/node-double.ts";
import { runInTest } from "../../test/run.ts";

const HASH = `0x${"ee".repeat(32)}`;
const OTHER = `0x${"dd".repeat(32)}`;
const POSITION = 5;

describe("cairn tx of a deposit", () => {
  let node: NodeDouble;
  let l1: Server;
  let home: ReturnType<typeof createHome>;

  beforeAll(async () => {
    node = await startNodeDouble();
    l1 = createServer(async (request, response) => {
      let text = "";
      for await (const chunk of request) text += String(chunk);
      const { id, method, params } = JSON.parse(text);
      response.end(JSON.stringify({ jsonrpc: "2.0", id, result: resultOf(method, params) }));
    });
    await new Promise<void>((resolve) => l1.listen(0, "127.0.0.1", resolve));
    home = createHome(node.url, { l1RpcUrl: `http://127.0.0.1:${(l1.address() as AddressInfo).port}` });
  });
  afterAll(async () => {
    l1.closeAllConnections();
    l1.close();
    await node.stop();
    home.remove();
  });
  let entries: NodeDouble["state"]["queue"]["entries"];
  beforeEach(() => {
    const entry = { type: "deposit", owner: ALICE.address, tokenId: 0, amount: "7", index: 0, key: null } as const;
    const where = { position: POSITION, l1Block: 1, l1Transaction: HASH, enqueuedAt: 1, isFromArchive: false };
    const outcome = { type: "created", account: 64, tokenId: 0, amount: "7" } as const;
    entries = [{ ...entry, ...where, status: "proven", block: 2, outcome }];
    node.state.queue = { entries, processed: 7, next: null };
  });

  const cairn = async (...args: string[]) => {
    const { code, stdout } = await runInTest(["tx", ...args, "--json"], home.env);
    return { code, value: JSON.parse(stdout) };
  };

  it("finds the block that consumed it", async () => {
    expect(await cairn(HASH)).toMatchObject({
      code: 0,
      value: { entries: [{ position: POSITION, amount: "7", status: "proven", block: 2 }] },
    });
    const waiting = entries.map((one) => ({ ...one, status: "received" as const, block: null, outcome: null }));
    node.state.queue = { entries: waiting, processed: 6, next: null };
    expect((await cairn(HASH)).value.entries).toMatchObject([{ status: "queued", block: null }]);
  });

  it("waits, and says when it took too long", async () => {
    expect(await cairn(HASH, "--wait", "proven")).toMatchObject({ code: 0 });
    expect(await cairn(HASH, "--wait", "final", "--timeout", "1")).toMatchObject({
      code: 1,
      value: { error: { code: "cli/not-reached" } },
    });
  });

  it("says when the node has not seen it, or has another in its place", async () => {
    node.state.queue = { entries: [], processed: 7, next: null };
    expect((await cairn(HASH)).value.entries).toMatchObject([{ status: "unseen", block: null }]);
    expect(await cairn(OTHER)).toMatchObject({ code: 1, value: { error: { code: "cli/unknown-transaction" } } });
    expect(await cairn("0x12")).toMatchObject({ code: 2 });
  });
});

function resultOf(method: string, params: readonly unknown[]): unknown {
  if (method === "eth_chainId") return "0x7a69";
  // The contract's version.
  if (method === "eth_call") return `0x${"2".padStart(64, "0")}`;
  if (method !== "eth_getTransactionReceipt" || params[0] !== HASH) return null;
  const topics = encodeEventTopics({
    abi: rollupAbi,
    eventName: "L1OperationQueued",
    args: { position: BigInt(POSITION), owner: ALICE.address, kind: 4 },
  });
  const types = ["uint32", "uint128", "uint32", "uint256", "bytes32", "uint256"].map((type) => ({ type, name: "" }));
  const data = encodeAbiParameters(types, [0, 7n, 0, 0n, HASH, 1n]);
  const at = { blockHash: HASH, blockNumber: "0x1", transactionHash: HASH, transactionIndex: "0x0" };
  const log = { ...at, address: ROLLUP, topics, data, logIndex: "0x0", removed: false };
  const gas = { gasUsed: "0x1", cumulativeGasUsed: "0x1", effectiveGasPrice: "0x1", type: "0x2" };
  return {
    ...at,
    ...gas,
    from: ALICE.address,
    to: ROLLUP,
    status: "0x1",
    logs: [log],
    logsBloom: "0x",
    contractAddress: null,
  };
}
