import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rollupAbi } from "@cairn/contracts";
import type { Address, Hex } from "viem";
import { parseEther } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CommandRollup, startCommandRollup } from "../../test/command-rollup.ts";
import { runInTest } from "../../test/run.ts";

const TIMEOUT_MS = 240_000;
const DAY = 86_400;
const ETHER = parseEther("1");
const RECIPIENT = "0x00000000000000000000000000000000000c0ffe" as const;

interface Sent {
  readonly transactions: readonly {
    readonly l1Transaction: Hex | null;
    readonly gas: string;
    readonly gasLimit: string;
    readonly feeWei: string;
    readonly feeLimitWei: string;
  }[];
  readonly totals: readonly { readonly tokenId: number; readonly amount: string }[];
}

/** The tests below are one story, in order. */
describe("leaving a rollup with the command line", () => {
  let chain: CommandRollup;
  /** Owns an account and refuses ETH: a token contract. */
  let refusing: Address;
  /** An empty home. */
  const strangersHome = mkdtempSync(join(tmpdir(), "cairn-cli-stranger-"));

  /** Runs a command as someone who has only an L1 RPC and the rollup's address. */
  const asStranger = async <T = Readonly<Record<string, unknown>>>(...args: readonly string[]) => {
    const { rpcUrl, rollup } = chain.devnet;
    const where = ["--l1", rpcUrl, "--rollup", rollup.address];
    const { code, stdout } = await runInTest([...args, ...where, "--json"], { CAIRN_HOME: strangersHome });
    return { code, data: JSON.parse(stdout) as T };
  };
  const read = (functionName: "custody" | "isFrozen", ...args: readonly number[]) =>
    chain.devnet.rollup.reader.readContract({
      address: chain.devnet.rollup.address,
      abi: rollupAbi,
      functionName,
      args,
    } as Parameters<typeof chain.devnet.rollup.reader.readContract>[0]);
  const balance = (address: Address) => chain.devnet.rollup.reader.getBalance({ address });
  /** Runs a command that sends one transaction, after a dry run, which must have told what it uses: not its limit. */
  const trying = async <T = Sent>(...args: readonly string[]) => {
    const tried = await chain.cairn<Sent>(...args, "--dry-run");
    const done = await chain.cairn<Sent & T>(...args);
    const [expected, used] = [tried.data.transactions[0], done.data.transactions[0]];
    const ratio = Number(expected?.gas) / Number(used?.gas);
    expect({ args, ratio: Math.round(ratio * 20) / 20 }).toEqual({ args, ratio: 1 });
    expect(BigInt(expected?.gasLimit ?? 0)).toBeGreaterThan(BigInt(expected?.gas ?? 0));
    expect(BigInt(expected?.feeLimitWei ?? 0) * BigInt(expected?.gas ?? 0)).toBe(
      BigInt(expected?.feeWei ?? 0) * BigInt(expected?.gasLimit ?? 0),
    );
    return done;
  };
  const sentHashes = ({ transactions }: Sent) => transactions.map(({ l1Transaction }) => l1Transaction);

  beforeAll(async () => {
    chain = await startCommandRollup();
    refusing = chain.token.address;
    await chain.deposit("alice", ETHER);
    await chain.deposit("bob", 2n * ETHER);
    await chain.deposit("bob", ETHER / 2n, refusing);
    await chain.depositTokens("carol", 7_000_000n);
    await chain.publish();
    await chain.publish([
      { from: 64, amount: ETHER / 4n, recipient: RECIPIENT },
      { from: 65, amount: ETHER, recipient: chain.address("carol") },
      { from: 65, amount: ETHER / 8n, recipient: refusing },
    ]);
  });
  afterAll(async () => {
    await chain?.stop();
    rmSync(strangersHome, { recursive: true, force: true });
  });

  it("shows everything to a stranger who has only an L1 RPC and the rollup's address", {
    timeout: TIMEOUT_MS,
  }, async () => {
    expect(readdirSync(strangersHome)).toEqual([]);
    const restored = await asStranger("restore");
    expect(restored).toMatchObject({
      code: 0,
      data: { batch: 2, root: chain.root(), accounts: 4, waitingEntries: 0, totals: { batches: 2 } },
    });
    const bob = await asStranger("balance", chain.address("bob"), "--restored");
    expect(bob).toMatchObject({
      code: 0,
      data: { accounts: [{ index: 65, tokenId: 0, balance: String(2n * ETHER - ETHER - ETHER / 8n) }] },
    });
    const carol = await asStranger("balance", "67", "--restored");
    expect(carol).toMatchObject({ code: 0, data: { accounts: [{ index: 67, tokenId: 1, balance: "7000000" }] } });
    const proof = await asStranger("exit-proof", "64");
    expect(proof).toMatchObject({
      code: 0,
      data: { batch: 2, root: chain.root(), isFrozen: false, accounts: [{ index: 64 }], call: { function: "exit" } },
    });
    const watched = await asStranger("watch", "--once");
    expect(watched).toMatchObject({
      code: 0,
      data: { isGood: true, alarms: [], observation: { batch: 2, operator: chain.address("operator") } },
    });
    const tried = await asStranger<Sent>("pay", "--dry-run");
    expect(tried).toMatchObject({
      code: 0,
      data: { payouts: [{ batch: 2, position: 0, paid: null }, { position: 1 }, { position: 2 }], refused: [] },
    });
    expect(sentHashes(tried.data)).toEqual([null]);
    expect(await balance(RECIPIENT)).toBe(0n);
    expect(await asStranger("pay")).toMatchObject({ code: 2, data: { error: { code: "cli/unknown-key" } } });
    expect(await asStranger("force-withdraw", "64", "--dry-run")).toMatchObject({
      data: { error: { code: "cli/unknown-key" } },
    });
    expect(readdirSync(strangersHome)).toEqual(["restored"]);
  });

  it("shows balances rebuilt from L1 alone", async () => {
    const bob = await chain.cairn("balance", "--restored", "--key", "bob");
    expect(bob).toMatchObject({
      code: 0,
      data: { accounts: [{ index: 65, tokenId: 0, balance: String(2n * ETHER - ETHER - ETHER / 8n), nonce: 2 }] },
    });
    const { code, stdout } = await chain.cairnText("balance", "67", "--restored");
    expect(code).toBe(0);
    expect(stdout).toMatch(/67 +7 USD +0/);
    expect(await chain.cairn("balance", "68", "--restored")).toMatchObject({
      code: 1,
      data: { error: { code: "restore/not-found" } },
    });
  });

  it("simulates payouts, pays them, and finds nothing more to pay", {
    timeout: TIMEOUT_MS,
  }, async () => {
    const tried = await chain.cairn<Sent>("pay", "--dry-run");
    expect(tried).toMatchObject({
      code: 0,
      data: { payouts: [{ batch: 2, position: 0, paid: null }, { position: 1 }, { position: 2 }] },
    });
    expect(sentHashes(tried.data)).toEqual([null]);
    expect(await balance(RECIPIENT)).toBe(0n);

    const first = await trying<object>("pay", "2", "--recipient", chain.address("carol"), "--max-count", "1");
    expect(first.data).toMatchObject({ payouts: [{ position: 1, recipient: chain.address("carol"), paid: true }] });
    const rest = await chain.cairn<Sent>("pay");
    expect(rest.data).toMatchObject({
      payouts: [
        { position: 0, paid: true },
        { position: 2, recipient: expect.stringMatching(new RegExp(refusing, "i")), paid: false },
      ],
    });
    expect(await balance(RECIPIENT)).toBe(ETHER / 4n);
    const again = await chain.cairnText("pay");
    expect(again).toMatchObject({ code: 0, stdout: "No payout is left to pay.\n" });
    expect(await chain.cairn("pay", "9")).toMatchObject({ code: 1, data: { error: { code: "restore/not-found" } } });
    expect(await chain.cairn("pay", "--max-count", "1025")).toMatchObject({ code: 2 });
  });

  it("requests a withdrawal on L1 and shows the deadlines", async () => {
    const tried = await chain.cairn<Sent>("force-withdraw", "67", "--key", "carol", "--dry-run");
    expect(tried).toMatchObject({ code: 0, data: { status: "tried", position: null } });
    const { address, reader } = chain.devnet.rollup;
    const fee = await reader.readContract({ address, abi: rollupAbi, functionName: "queueFee" });
    const before = await balance(chain.address("carol"));
    const { code, data } = await trying<{ overdueFrom: number; freezableFrom: number; feeWei: string }>(
      ...["force-withdraw", "67", "--key", "carol"],
    );
    // More than the fee is sent, since it may rise meanwhile; only the fee is kept.
    const [hash] = sentHashes(data);
    const { value } = await reader.getTransaction({ hash: hash ?? "0x" });
    const { gasUsed, effectiveGasPrice } = await reader.getTransactionReceipt({ hash: hash ?? "0x" });
    expect(value).toBeGreaterThanOrEqual(2n * fee);
    expect(before - (await balance(chain.address("carol"))) - gasUsed * effectiveGasPrice).toBe(fee);
    expect(data.feeWei).toBe(String(fee));
    expect({ code, data }).toMatchObject({ code: 0, data: { status: "queued", position: 4, index: 67 } });
    expect(data.freezableFrom - data.overdueFrom).toBe(6 * DAY);
    await chain.deposit("bob", 3n * ETHER);
    await chain.deposit("alice", ETHER, refusing);
  });

  it("refuses to freeze, exit or reclaim too early, with a named error", async () => {
    expect(await chain.cairn("freeze")).toMatchObject({ code: 1, data: { error: { code: "cli/too-early" } } });
    expect(await chain.cairn("exit", "64")).toMatchObject({ code: 1, data: { error: { code: "cli/not-frozen" } } });
    expect(await chain.cairn("reclaim", "4")).toMatchObject({ code: 1, data: { error: { code: "cli/not-frozen" } } });
    const proof = await chain.cairn("exit-proof", "64", "66");
    expect(proof).toMatchObject({
      code: 0,
      data: { batch: 2, isFrozen: false, accounts: [{ index: 64 }, { index: 66 }], call: { function: "exitMany" } },
    });
  });

  it("freezes once the oldest entry has waited long enough, and then accepts nothing new", {
    timeout: TIMEOUT_MS,
  }, async () => {
    await chain.warp(7 * DAY);
    for (const tried of [await chain.cairn("freeze", "--dry-run"), await asStranger("freeze", "--dry-run")]) {
      expect(tried).toMatchObject({ code: 0, data: { isFrozen: false } });
    }
    expect(await read("isFrozen")).toBe(false);
    const done = await trying<object>("freeze");
    expect(done).toMatchObject({ code: 0, data: { isFrozen: true, frozen: { queueHead: "4", queueTail: "7" } } });
    expect(await chain.cairn("freeze")).toMatchObject({ code: 0, data: { isFrozen: true, transactions: [] } });
    const late = await chain.cairn("force-withdraw", "64", "--key", "alice");
    expect(late).toMatchObject({ code: 1, data: { error: { code: "cli/frozen" } } });
  });

  it("proves an exit that any wallet can send", async () => {
    const { data } = await chain.cairn<{ isFrozen: boolean; siblings: Hex[]; call: { to: Address; data: Hex } }>(
      ...["exit-proof", "64"],
    );
    expect(data).toMatchObject({ isFrozen: true, call: { function: "exit" } });
    expect(data.siblings).toHaveLength(36);
    const before = await balance(chain.address("alice"));
    const hash = await chain.devnet.wallet(4).sendTransaction({ to: data.call.to, data: data.call.data });
    await chain.devnet.rollup.reader.waitForTransactionReceipt({ hash });
    expect(await balance(chain.address("alice"))).toBe(before + (3n * ETHER) / 4n);
    expect(await chain.cairnText("exit", "64")).toMatchObject({ code: 0, stdout: "No account is left to pay out.\n" });
  });

  it("pays accounts out to their owners: the user's, those of an owner, all", async () => {
    const tried = await chain.cairn<Sent>("exit", "--all", "--dry-run", "--chunk", "2");
    expect(tried.data).toMatchObject({ exited: [{ index: 65, paid: null }, { index: 66 }, { index: 67 }] });
    expect(sentHashes(tried.data)).toEqual([null, null]);
    expect(await asStranger("exit", "--all", "--dry-run", "--chunk", "2")).toMatchObject({ code: 0, data: tried.data });
    expect(await asStranger("exit", "--dry-run")).toMatchObject({ data: { error: { code: "cli/unknown-key" } } });
    const custody = await read("custody", 0);

    const { stdout } = await chain.cairnText("exit", "--all", "--dry-run", "--chunk", "2");
    expect(
      stdout.match(/DRY RUN +nothing sent; would use about \d+ gas, 0\.\d+ ETH; at most \d+ gas, 0\.\d+ ETH/g),
    ).toHaveLength(2);
    expect(stdout).toMatch(/together +about \d+ gas, 0\.\d+ ETH; at most \d+ gas/);
    const carol = await trying("exit", "--key", "carol");
    expect(carol.data).toMatchObject({ exited: [{ index: 67, amount: "7000000", paid: true }] });
    expect(await read("custody", 0)).toBe(custody);
    expect(await read("custody", chain.token.id)).toBe(0n);
    const bob = await chain.cairn("exit", "--owner", chain.address("bob"), "--dry-run");
    expect(bob.data).toMatchObject({ exited: [{ index: 65 }] });
    const all = await chain.cairn("exit", "--all");
    expect(all.data).toMatchObject({
      exited: [
        { index: 65, amount: String(2n * ETHER - ETHER - ETHER / 8n), paid: true },
        { index: 66, amount: String(ETHER / 2n), paid: false },
      ],
    });
    expect((await chain.cairn<Sent>("exit", "--all")).data.transactions).toEqual([]);
    expect(await chain.cairn("exit", "64", "--all")).toMatchObject({ code: 2, data: { error: { code: "cli/usage" } } });
    expect(await chain.cairn("exit", "--chunk", "0")).toMatchObject({ code: 2 });
  });

  it("pays queue entries back", async () => {
    expect(await chain.cairn("reclaim", "3")).toMatchObject({
      code: 1,
      data: { error: { code: "cli/nothing-to-reclaim", message: expect.stringContaining("processed by a batch") } },
    });
    const tried = await chain.cairn<Sent>("reclaim", "5", "--dry-run");
    expect(tried.data).toMatchObject({ reclaimed: [{ position: 5, amount: String(3n * ETHER) }] });
    const others = await asStranger("reclaim", "--all", "--dry-run");
    expect(others).toMatchObject({ code: 0, data: { reclaimed: [{ position: 4 }, { position: 5 }, { position: 6 }] } });
    const bob = await trying("reclaim", "--key", "bob");
    expect(bob.data).toMatchObject({ reclaimed: [{ position: 5, owner: chain.address("bob") }] });
    const all = await chain.cairn("reclaim", "--all");
    expect(all.data).toMatchObject({
      reclaimed: [
        { position: 4, amount: "0" },
        { position: 6, amount: String(ETHER) },
      ],
    });
    expect(await chain.cairnText("reclaim", "--all")).toMatchObject({
      code: 0,
      stdout: "No queue entry is left to pay back.\n",
    });
  });

  it("claims what could not be received, until nothing is left", async () => {
    const owed = await read("custody", 0);
    expect(owed).toBeGreaterThan(ETHER + ETHER / 2n + ETHER / 8n);
    const refused = await chain.cairn("claim", "ETH", "--for", refusing);
    expect(refused).toMatchObject({
      code: 1,
      data: { error: { code: "l1/transaction-reverted", details: { reason: "ClaimFailed" } } },
    });
    await chain.client.setCode({ address: refusing, bytecode: "0x" });
    const claimed = await trying<object>("claim", "ETH", "--for", refusing);
    expect(claimed).toMatchObject({ code: 0, data: { amount: String(owed) } });
    expect(await read("custody", 0)).toBe(0n);
    expect(await chain.cairnText("claim", "ETH", "--key", "bob")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("has nothing to claim in ETH"),
    });
  });
});
