import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { rollupDomain } from "@cairn/l1";
import { bigintToAddress, encodeFloat16, encodeFloat40, type L2Transaction, tokenId } from "@cairn/protocol";
import { ROUTES, type RouteResponse, signedTransactionToJson } from "@cairn/rpc";
import { type Person, REAL_CRYPTO, signTransaction } from "@cairn/testkit";
import { toHex } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CACHE_DIR, createNodeHarness, type NodeHarness } from "../test/node-harness.ts";

const MAIN = join(import.meta.dirname, "main.ts");
/** With the compiled code of earlier processes, one starts sooner. */
const COMPILE_CACHE = join(CACHE_DIR, "node-compile");

interface Run {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
}

function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Run {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: COMPILE_CACHE, ...env },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return { child, output: () => output, ended: new Promise((resolve) => child.once("exit", resolve)) };
}

describe("the node's command", () => {
  it("explains itself, and what is wrong with its settings", async () => {
    const help = run(["--help"]);
    expect([await help.ended, help.output()]).toEqual([0, expect.stringContaining("--l1-rpc-url")]);
    const bad = run(["--slots=17"]);
    expect([await bad.ended, bad.output()]).toEqual([1, expect.stringContaining("CAIRN_SLOTS")]);
  });
});

describe("the node's process", () => {
  let harness: NodeHarness;
  let people: readonly Person[];
  const running = new Set<ChildProcess>();

  const start = async (): Promise<Run & { readonly api: string }> => {
    const { chainId, rollup } = rollupDomain(harness.devnet.rollup);
    const started = run(["--roles=sequencer,watcher,api", "--api-port", "0", "--metrics-port=0"], {
      CAIRN_DATA_DIR: harness.dataDir,
      CAIRN_CHAIN_ID: chainId.toString(),
      CAIRN_ROLLUP: toHex(rollup, { size: 20 }),
      CAIRN_L1_RPC_URL: harness.devnet.rpcUrl,
      CAIRN_L1_CONFIRMATIONS: "1",
      CAIRN_L1_POLL_MS: "100",
      CAIRN_SLOTS: "16",
      CAIRN_BLOCK_TIME_MS: "60000",
      CAIRN_FEE_OPERATOR_PERCENT: "-100",
    });
    running.add(started.child);
    await expect.poll(started.output, { timeout: 40_000 }).toContain("node started");
    return { ...started, api: /"api":"([^"]+)"/.exec(started.output())?.[1] ?? "" };
  };
  const accountsOf = async (api: string, { owner }: Person) => {
    const response = await fetch(`${api}${ROUTES.accounts.path}?owner=${bigintToAddress(owner)}`);
    return ((await response.json()) as RouteResponse<"accounts">).accounts;
  };
  const submit = async (api: string, nonce: number): Promise<RouteResponse<"submit">> => {
    const [alice, bob] = people;
    if (alice === undefined || bob === undefined) throw new RangeError("nobody has deposited");
    const [from, to] = [await accountsOf(api, alice), await accountsOf(api, bob)];
    const transaction: L2Transaction = {
      type: "transfer",
      from: (from[0]?.index ?? 0) as L2Transaction["from"],
      to: (to[0]?.index ?? 0) as L2Transaction["from"],
      toOwner: bob.owner,
      toKey: bob.key,
      nonce,
      tokenId: tokenId(0),
      amount: encodeFloat40(1000n),
      fee: encodeFloat16(0n),
      validFrom: 0,
      validUntil: 2 ** 32 - 1,
      reference: 0n,
      link: null,
    };
    const signed = signTransaction(transaction, alice, rollupDomain(harness.devnet.rollup), REAL_CRYPTO);
    const response = await fetch(`${api}${ROUTES.submit.path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ transactions: [signedTransactionToJson(signed)] }),
    });
    expect(response.status).toBe(200);
    return (await response.json()) as RouteResponse<"submit">;
  };
  const look = async (api: string, id: string): Promise<RouteResponse<"transaction">> =>
    (await (await fetch(`${api}/v1/transactions/${id}`)).json()) as RouteResponse<"transaction">;

  beforeAll(async () => {
    harness = await createNodeHarness();
    people = [await harness.deposit(1, 10n ** 18n), await harness.deposit(2, 10n ** 18n)];
  });
  afterAll(async () => {
    for (const child of running) child.kill("SIGKILL");
    await harness.stop();
  });

  it("has what it acknowledged after kill -9, and ends cleanly when asked to", async () => {
    const first = await start();
    await expect
      .poll(async () => (await accountsOf(first.api, people[1] as Person)).length, { timeout: 20_000 })
      .toBe(1);
    const acknowledged: RouteResponse<"submit">["transactions"] = [];
    for (let nonce = 0; nonce < 20; nonce++) acknowledged.push(...(await submit(first.api, nonce)).transactions);
    first.child.kill("SIGKILL");
    await first.ended;

    const second = await start();
    for (const { id, inclusion } of acknowledged) {
      expect(await look(second.api, id)).toMatchObject({ status: "confirmed", inclusion });
    }
    expect((await submit(second.api, 20)).transactions).toMatchObject([{ status: "confirmed" }]);
    second.child.kill("SIGTERM");
    expect(await second.ended).toBe(0);
    expect(second.output()).toContain("node stopped");
  });
});
