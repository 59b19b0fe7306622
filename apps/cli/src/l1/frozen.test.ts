import { readQueue, rollupDomain } from "@cairn/l1";
import { bigintToWord } from "@cairn/rpc";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type CommandRollup, startCommandRollup } from "../../test/command-rollup.ts";
import { type NodeDouble, startNodeDouble } from "../../test/node-double.ts";

interface Document {
  readonly error?: { readonly code: string };
  readonly l1?: { readonly queue: { readonly feeWei: string | null } };
}

describe("what a rollup does not accept", () => {
  let chain: CommandRollup;
  let node: NodeDouble;

  const cairn = (...args: string[]) => chain.cairn<Document>(...args);
  const withNode = (...args: string[]) => cairn(...args, "--node-url", node.url);
  const queueLength = async () => (await readQueue(chain.devnet.rollup, 0)).length;
  const nothing = { code: 1, data: { error: { code: "cli/nothing-to-withdraw" } } };
  const frozen = { code: 1, data: { error: { code: "cli/frozen" } } };

  beforeAll(async () => {
    chain = await startCommandRollup();
    node = await startNodeDouble();
    node.state.domain = rollupDomain(chain.devnet.rollup);
    await chain.deposit("alice", 5n);
    await chain.deposit("bob", 6n);
    await chain.publish();
    const account = (index: number, name: "alice" | "bob", balance: string) => ({
      index,
      owner: chain.address(name),
      tokenId: 0,
      balance,
      nonce: 0,
      key: bigintToWord(0n),
      ownerKey: false,
    });
    node.state.accounts = [account(64, "alice", "5"), account(65, "bob", "6"), account(66, "alice", "0")];
  });
  afterAll(async () => {
    await node.stop();
    await chain.stop();
  });

  it("force-withdraw of an account that cannot exist is refused before the fee is paid; --force sends it anyway", async () => {
    const before = await queueLength();
    expect(await cairn("force-withdraw", "9999", "--key", "alice")).toMatchObject(nothing);
    expect(await cairn("force-withdraw", "3", "--key", "alice")).toMatchObject(nothing);
    expect(await queueLength()).toBe(before);
    expect(await cairn("force-withdraw", "9999", "--key", "alice", "--force")).toMatchObject({ code: 0 });
    expect(await queueLength()).toBe(before + 1);
    await chain.publish();
  });

  it("force-withdraw of another's account or an empty one is refused if a node says so, but needs no node", async () => {
    const before = await queueLength();
    expect(await withNode("force-withdraw", "65", "--key", "alice")).toMatchObject(nothing);
    expect(await withNode("force-withdraw", "66", "--key", "alice")).toMatchObject(nothing);
    expect(await queueLength()).toBe(before);
    expect(await withNode("force-withdraw", "64", "--key", "alice", "--dry-run")).toMatchObject({ code: 0 });
    const silent = await cairn("force-withdraw", "64", "--key", "alice", "--node-url", "http://127.0.0.1:1");
    expect(silent).toMatchObject({ code: 0 });
    expect(await queueLength()).toBe(before + 1);
  });

  it("force-withdraw of an empty account is accepted behind any number of others' entries if a deposit for it waits", async () => {
    const entry = (position: number, index: number) => ({
      position,
      type: "deposit" as const,
      owner: chain.address("alice"),
      tokenId: 0,
      amount: "1",
      index,
      key: bigintToWord(0n),
      l1Block: 1,
      l1Transaction: bigintToWord(1n),
      enqueuedAt: 0,
      isFromArchive: false,
      status: "received" as const,
      block: null,
      outcome: null,
    });
    const { queue } = node.state;
    const strangers = Array.from({ length: 250 }, (_, i) => entry(i, 64));
    const dryRun = () => withNode("force-withdraw", "66", "--key", "alice", "--dry-run");
    node.state.queue = { entries: strangers, processed: 0, next: null };
    expect(await dryRun()).toMatchObject(nothing);
    node.state.queue = { entries: [...strangers, entry(250, 66)], processed: 0, next: null };
    expect(await dryRun()).toMatchObject({ code: 0 });
    node.state.queue = queue;
  });

  it("waiting for a deposit ends when the rollup is frozen; after that deposits are refused and no price is shown", async () => {
    const before = await queueLength();
    const waiting = withNode("deposit", "1", "ETH", "--key", "bob", "--wait", "proven");
    await vi.waitFor(async () => expect(await queueLength()).toBe(before + 1), { timeout: 60_000 });
    await chain.warp(8 * 24 * 3600);
    expect(await cairn("freeze", "--key", "dave")).toMatchObject({ code: 0 });
    expect(await waiting).toMatchObject(frozen);
    const { address } = chain.devnet.wallet(1).account;
    const balance = await chain.devnet.rollup.reader.getBalance({ address });
    expect(await withNode("deposit", "1", "ETH", "--key", "alice")).toMatchObject(frozen);
    expect(await cairn("force-withdraw", "64", "--key", "alice")).toMatchObject(frozen);
    expect(await chain.devnet.rollup.reader.getBalance({ address })).toBe(balance);
    expect((await cairn("status")).data.l1?.queue.feeWei).toBeNull();
    expect((await chain.cairnText("status")).stdout).not.toMatch(/costs/);
  });
});
