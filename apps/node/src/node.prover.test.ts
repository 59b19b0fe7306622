import { proveSolo as proveReally } from "@cairn/circuits";
import { rollupAbi } from "@cairn/contracts";
import { createTestDatabases } from "@cairn/db/testing";
import { rollupDomain } from "@cairn/l1";
import { bigintToAddress, encodeFloat16, encodeFloat40, type L2Transaction, tokenId } from "@cairn/protocol";
import { signedTransactionToJson, streamMessageSchema } from "@cairn/rpc";
import { type Person, REAL_CRYPTO, signTransaction } from "@cairn/testkit";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { call, createNodeHarness, type NodeHarness } from "../test/node-harness.ts";
import type { CairnNode } from "./node.ts";
import type { Proving } from "./prover/proving.ts";

const ETHER = 10n ** 18n;
const RECIPIENT = 0xc0ffee00c0ffee00c0ffee00c0ffee00c0ffee00n;
const WAIT = { timeout: 120_000, interval: 250 };
const databases = createTestDatabases();

describe.each(["embedded", "server"] as const)("a node on the %s database, with real proofs", (engine) => {
  let harness: NodeHarness;
  let node: CairnNode;
  let alice: Person;
  let bob: Person;
  const messages: string[] = [];
  /** Where the withdrawal is. */
  let lastBlock = 0;
  let tries = 0;
  let hasLied = false;

  /** Fails once, lies once, then proves. */
  const proveSolo: Proving["proveSolo"] = async (...args) => {
    tries++;
    if (tries === 1) throw new RangeError("the prover's machine is out of memory");
    const proof = await proveReally(...args);
    if (hasLied) return proof;
    hasLied = true;
    return { ...proof, proof: proof.proof.map((byte, i) => (i === 5000 ? byte ^ 1 : byte)) };
  };
  const indexOf = async ({ owner }: Person): Promise<number> => {
    const { value } = await call(node, "accounts", { query: { owner: bigintToAddress(owner) } });
    return value.accounts[0]?.index ?? 0;
  };
  const statusOf = async (id: string) => (await call(node, "transaction", { params: { id } })).value;
  const common = async (from: Person, nonce: number) => ({
    from: (await indexOf(from)) as L2Transaction["from"],
    nonce,
    tokenId: tokenId(0),
    fee: encodeFloat16(0n),
    validFrom: 0,
    validUntil: 2 ** 32 - 1,
    reference: 0n,
  });
  const submit = async (transaction: L2Transaction, signer: Person) => {
    const signed = signTransaction(transaction, signer, rollupDomain(harness.devnet.rollup), REAL_CRYPTO);
    return call(node, "submit", { body: { transactions: [signedTransactionToJson(signed)] } });
  };
  const transfer = async (nonce: number) =>
    submit(
      {
        type: "transfer",
        ...(await common(alice, nonce)),
        amount: encodeFloat40(ETHER / 8n),
        to: (await indexOf(bob)) as L2Transaction["from"],
        toOwner: bob.owner,
        toKey: bob.key,
        link: null,
      },
      alice,
    );
  const onChain = () =>
    harness.devnet.rollup.reader.readContract({
      address: harness.devnet.rollup.address,
      abi: rollupAbi,
      functionName: "state",
    });

  const listen = (): void => {
    const socket = new WebSocket(new URL("/v1/stream", node.urls().api ?? "").href.replace("http", "ws"));
    socket.on("message", (data) => {
      const message = streamMessageSchema.parse(JSON.parse(String(data)));
      if (message.type === "block") messages.push(`${message.number} ${message.status}`);
    });
    socket.on("error", () => undefined);
  };

  beforeAll(async () => {
    await databases[engine].start();
    const { location } = await databases[engine].create();
    harness = await createNodeHarness(location.type === "server" ? location.url : undefined);
    node = await harness.begin({ proveSolo });
    listen();
  });
  afterAll(async () => {
    await harness.stop();
    await databases[engine].stop();
  });

  it("credits deposits from L1", async () => {
    alice = await harness.deposit(1, ETHER);
    bob = await harness.deposit(2, ETHER);
    await expect.poll(() => indexOf(bob), WAIT).toBe(65);
    const { value } = await call(node, "account", { params: { index: "64" } });
    expect(value).toMatchObject({ balance: ETHER.toString(), ownerKey: true });
  });

  it("refuses a second node on the same data", async () => {
    await expect(harness.begin()).rejects.toMatchObject({ code: "node/already-running" });
  });

  it("confirms at once, and survives a restart before anything is proven", async () => {
    const answer = await transfer(0);
    expect(answer).toMatchObject({ status: 200, value: { transactions: [{ status: "confirmed" }] } });
    const [{ id } = { id: "" }] = answer.value.transactions;
    await node.stop();
    node = await harness.begin({ proveSolo });
    listen();
    expect(await statusOf(id)).toMatchObject({ inclusion: answer.value.transactions[0]?.inclusion });
    const again = await call(node, "transaction", { params: { id: `0x${"0".repeat(64)}` } });
    expect(again).toMatchObject({ status: 404, value: { error: { code: "not-found" } } });
  });

  it("brings a withdrawal to L1 and pays it, despite a failing and a lying prover", async () => {
    const withdraw = { type: "withdraw", ...(await common(alice, 1)), amount: encodeFloat40(ETHER / 4n) } as const;
    const answer = await submit({ ...withdraw, recipient: RECIPIENT }, alice);
    expect(answer.value).toMatchObject({ transactions: [{ status: "confirmed" }] });
    const [{ id } = { id: "" }] = answer.value.transactions;
    await expect.poll(async () => (await statusOf(id)).status, WAIT).toBe("final");
    expect((await statusOf(id)).history.map(({ type }) => type)).toEqual([
      "received",
      "confirmed",
      "sealed",
      "proven",
      "final",
    ]);
    await expect
      .poll(async () => (await call(node, "payouts", { query: { recipient: bigintToAddress(RECIPIENT) } })).value, WAIT)
      .toMatchObject({ payouts: [{ status: "paid", amount: (ETHER / 4n).toString() }] });
    const { reader } = harness.devnet.rollup;
    expect(await reader.getBalance({ address: bigintToAddress(RECIPIENT) })).toBe(ETHER / 4n);
    const { value: rollup } = await call(node, "rollup");
    expect((await onChain()).root).toBe(rollup.root);
    expect(Number((await onChain()).lastBlock)).toBe(rollup.lastBlock);
    lastBlock = (await statusOf(id)).inclusion?.block ?? 0;
    expect(lastBlock).toBeGreaterThan(0);
    expect([tries > 2, hasLied]).toEqual([true, true]);
  });

  it("reports its health", async () => {
    expect(await call(node, "ready")).toMatchObject({ status: 200, value: { isReady: true } });
    const metrics = await (await fetch(new URL("/metrics", node.urls().metrics ?? ""))).text();
    expect(metrics).toMatch(/cairn_bad_proofs_total 1/);
    const document = await (await fetch(new URL("/openapi.json", node.urls().api ?? ""))).json();
    expect(document).toMatchObject({ openapi: "3.1.0" });
    // The stream is a separate socket: its last message may still be on its way.
    const blocks = Array.from({ length: lastBlock }, (_, i) => i + 1);
    const told = blocks.flatMap((block) => [`${block} proven`, `${block} final`]);
    await vi.waitFor(() => expect(messages).toEqual(expect.arrayContaining(told)), { timeout: 20_000 });
  });
});
