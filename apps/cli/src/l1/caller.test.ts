import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { anvilKey } from "@cairn/devnet";
import { connectWallet, readQueue, rollupDomain } from "@cairn/l1";
import { type Address, createPublicClient, type Hex, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type CommandRollup, startCommandRollup } from "../../test/command-rollup.ts";
import { startCountingRpc } from "../../test/counting-rpc.ts";
import { type NodeDouble, startNodeDouble } from "../../test/node-double.ts";
import { runInTest } from "../../test/run.ts";

const COMMAND = join(import.meta.dirname, "../../bin/cairn.mjs");
const NAMES = ["operator", "alice", "bob", "carol", "dave"];

interface Document {
  readonly error?: { readonly code: string; readonly details: { readonly hash?: Hex; readonly nonce?: number } };
  readonly l1Transaction?: Hex;
  readonly isResumed?: boolean;
  readonly tokenId?: number | null;
}

describe("an L1 transaction of the command", () => {
  let chain: CommandRollup;
  let node: NodeDouble;

  const cairn = (...args: string[]) => chain.cairn<Document>(...args);
  const deposit = (amount: string, key: string, ...more: string[]) =>
    cairn("deposit", amount, "ETH", "--key", key, "--node-url", node.url, ...more);
  const entriesOf = async (key: string) => {
    const owner = BigInt(chain.address(key as "alice"));
    const entries = await readQueue(chain.devnet.rollup, 0);
    return entries.filter(({ operation }) => operation.type === "deposit" && operation.owner === owner).length;
  };
  const mining = (isOn: boolean) => chain.client.setAutomine(isOn);
  const mine = () => chain.client.mine({ blocks: 1 });
  const pendingNonce = (address: Address) =>
    chain.devnet.rollup.reader.getTransactionCount({ address, blockTag: "pending" });
  const minedNonce = (address: Address) => chain.devnet.rollup.reader.getTransactionCount({ address });
  /** Waits until the account has one more transaction in the mempool than in blocks. */
  const untilSent = async (key: string) => {
    const address = chain.address(key as "alice");
    const mined = await minedNonce(address);
    await vi.waitFor(async () => expect(await pendingNonce(address)).toBe(mined + 1), { timeout: 150_000 });
    return mined;
  };
  const cancel = (key: string, nonce: number) => {
    const account = privateKeyToAccount(anvilKey(NAMES.indexOf(key)));
    const wallet = connectWallet(chain.devnet.rpcUrl, 31337, account);
    const fees = { maxFeePerGas: 500n * 10n ** 9n, maxPriorityFeePerGas: 100n * 10n ** 9n };
    return wallet.sendTransaction({ to: account.address, nonce, gas: 21_000n, ...fees });
  };

  beforeAll(async () => {
    chain = await startCommandRollup();
    node = await startNodeDouble();
    node.state.domain = rollupDomain(chain.devnet.rollup);
  });
  afterEach(() => mining(true));
  afterAll(async () => {
    await node.stop();
    await chain.stop();
  });

  it("that is mined late, after its outcome counted as unknown, is found by the same command, which pays nothing twice", async () => {
    await mining(false);
    const unknown = await deposit("1", "alice", "--l1-timeout", "1");
    expect(unknown).toMatchObject({ code: 3, data: { error: { code: "l1/outcome-unknown" } } });
    await mine();
    await mining(true);
    const again = await deposit("1", "alice");
    expect(again).toMatchObject({ code: 0, data: { isResumed: true } });
    expect(again.data.l1Transaction).toBe(unknown.data.error?.details.hash);
    expect(await entriesOf("alice")).toBe(1);
    // Its result was reported: from now on the same command means another deposit.
    expect(await deposit("1", "alice")).toMatchObject({ code: 0, data: { isResumed: false } });
    expect(await entriesOf("alice")).toBe(2);
  });

  it("that is still pending is resumed, not repeated; --again makes a second one", async () => {
    await mining(false);
    expect(await deposit("2", "bob", "--l1-timeout", "1")).toMatchObject({ code: 3 });
    expect(await deposit("2", "bob", "--l1-timeout", "1")).toMatchObject({ code: 3 });
    expect(await pendingNonce(chain.address("bob"))).toBe((await minedNonce(chain.address("bob"))) + 1);
    const second = deposit("2", "bob", "--again");
    await vi.waitFor(
      async () => expect(await pendingNonce(chain.address("bob"))).toBe((await minedNonce(chain.address("bob"))) + 2),
      { timeout: 150_000 },
    );
    await mine();
    expect(await second).toMatchObject({ code: 0, data: { isResumed: false } });
    expect(await entriesOf("bob")).toBe(2);
  });

  it("of a process that was killed between sending and printing is found by the next one", async () => {
    const before = await entriesOf("carol");
    await mining(false);
    const args = ["deposit", "3", "ETH", "--key", "carol", "--node-url", node.url];
    const child = spawn(process.execPath, [COMMAND, ...args], {
      env: { ...process.env, CAIRN_HOME: chain.home },
      stdio: "ignore",
    });
    await untilSent("carol");
    child.kill("SIGKILL");
    await once(child, "exit");
    await mine();
    await mining(true);
    expect(await deposit("3", "carol")).toMatchObject({ code: 0, data: { isResumed: true } });
    expect(await entriesOf("carol")).toBe(before + 1);
  });

  it("whose result was not reported, because waiting for it was in vain, is not made again", async () => {
    const before = await entriesOf("carol");
    const waited = await deposit("5", "carol", "--wait", "proven", "--timeout", "1");
    expect(waited).toMatchObject({ code: 1, data: { error: { code: "cli/not-reached" } } });
    expect(await entriesOf("carol")).toBe(before + 1);
    expect(await deposit("5", "carol")).toMatchObject({ code: 0, data: { isResumed: true } });
    expect(await entriesOf("carol")).toBe(before + 1);
  });

  it("is made once when two commands are started at the same time", async () => {
    const before = await entriesOf("dave");
    await mining(false);
    const rpc = await startCountingRpc(chain.devnet.rpcUrl);
    const run = () => deposit("4", "dave", "--l1-rpc-url", rpc.url);
    const both = [run(), run()];
    // The second one resends the transaction that it found.
    await vi.waitFor(() => expect(rpc.count("eth_sendRawTransaction")).toBe(2), { timeout: 150_000 });
    expect(await pendingNonce(chain.address("dave"))).toBe((await minedNonce(chain.address("dave"))) + 1);
    await mine();
    const [one, other] = await Promise.all(both);
    expect([one?.code, other?.code]).toEqual([0, 0]);
    expect(one?.data.l1Transaction).toBe(other?.data.l1Transaction);
    expect(await entriesOf("dave")).toBe(before + 1);
    await rpc.stop();
  });

  it("is not found by another key, another amount or another rollup's commands", async () => {
    await mining(false);
    expect(await deposit("5", "alice", "--l1-timeout", "1")).toMatchObject({ code: 3 });
    await mining(true);
    await mine();
    expect(await deposit("5", "bob")).toMatchObject({ code: 0, data: { isResumed: false } });
    expect(await deposit("6", "alice")).toMatchObject({ code: 0, data: { isResumed: false } });
    expect(await deposit("5", "alice")).toMatchObject({ code: 0, data: { isResumed: true } });
  });

  it("replaced in the wallet by an empty transfer is not a success: force-withdraw does not say queued", async () => {
    await chain.publish();
    const queued = (await readQueue(chain.devnet.rollup, 0)).length;
    await mining(false);
    const run = cairn("force-withdraw", "64", "--key", "alice");
    await cancel("alice", await untilSent("alice"));
    await mine();
    expect(await run).toMatchObject({ code: 1, data: { error: { code: "l1/transaction-replaced" } } });
    expect((await readQueue(chain.devnet.rollup, 0)).length).toBe(queued);
    await mining(true);
    expect(await cairn("force-withdraw", "64", "--key", "alice")).toMatchObject({ code: 0 });
  });

  it("replaced in the wallet by an empty transfer is not a success: register-token names no token", async () => {
    const reader = createPublicClient({ transport: http(chain.devnet.rpcUrl) });
    const token: Address = `0x${"7e".repeat(20)}`;
    const code = await reader.getCode({ address: chain.token.address });
    await chain.client.setCode({ address: token, bytecode: code ?? "0x" });
    await mining(false);
    const run = cairn("register-token", token, "--key", "bob");
    await cancel("bob", await untilSent("bob"));
    await mine();
    const refused = await run;
    expect(refused).toMatchObject({ code: 1, data: { error: { code: "l1/transaction-replaced" } } });
    expect(refused.data.tokenId).toBeUndefined();
    await mining(true);
    const done = await cairn("register-token", token, "--key", "bob");
    expect(done).toMatchObject({ code: 0, data: { tokenId: 2 } });
    expect(await cairn("register-token", token, "--key", "bob")).toMatchObject({ code: 0, data: { tokenId: 2 } });
  });

  it("is not sent when it cannot be recorded", async () => {
    const home = join(chain.home, "full");
    mkdirSync(home);
    writeFileSync(join(home, "l1-transactions"), "not a folder");
    const address = chain.address("alice");
    const nonce = await minedNonce(address);
    const args = ["deposit", "7", "ETH", "--key", "alice", "--node-url", node.url, "--json"];
    const profile = join(chain.home, "profile.json");
    const { code } = await runInTest([...args, "--profile", profile], { CAIRN_HOME: home });
    expect(code).toBe(1);
    expect(await pendingNonce(address)).toBe(nonce);
  });
});
