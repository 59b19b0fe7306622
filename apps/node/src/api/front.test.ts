import { createTestDatabases } from "@cairn/db/testing";
import { rollupDomain } from "@cairn/l1";
import { encodeFloat16, encodeFloat40, type L2Transaction, tokenId } from "@cairn/protocol";
import { type RouteResponse, signedTransactionToJson, streamMessageSchema } from "@cairn/rpc";
import { type Person, REAL_CRYPTO, signTransaction } from "@cairn/testkit";
import { toHex } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { call, createNodeHarness, type NodeHarness } from "../../test/node-harness.ts";
import type { CairnNode } from "../node.ts";

const databases = createTestDatabases().server;
const WAIT = { timeout: 20_000, interval: 50 };
const RECIPIENT = 0xc0ffeen;

describe("an API separate from the sequencer", () => {
  let harness: NodeHarness;
  let sequencer: CairnNode;
  let front: CairnNode;
  let alice: Person;
  const heard: string[] = [];
  const closed: number[] = [];

  const withdraw = (nonce: number): L2Transaction => ({
    type: "withdraw",
    from: 64 as L2Transaction["from"],
    nonce,
    tokenId: tokenId(0),
    amount: encodeFloat40(10n ** 15n),
    fee: encodeFloat16(0n),
    validFrom: 0,
    validUntil: 2 ** 32 - 1,
    reference: 0n,
    recipient: RECIPIENT,
  });
  const submit = (transaction: L2Transaction, node = front) => {
    const signed = signTransaction(transaction, alice, rollupDomain(harness.devnet.rollup), REAL_CRYPTO);
    return call(node, "submit", { body: { transactions: [signedTransactionToJson(signed)] } });
  };
  const listen = (): void => {
    const socket = new WebSocket(new URL("/v1/stream", front.urls().api ?? "").href.replace("http", "ws"));
    socket.on("message", (data) => {
      const message = streamMessageSchema.parse(JSON.parse(String(data)));
      if (message.type === "entry") heard.push(`${message.entry.type} ${message.status}`);
      else heard.push(message.type === "block" ? `block ${message.number} ${message.status}` : message.type);
    });
    socket.on("close", (code) => closed.push(code));
    socket.on("error", () => undefined);
  };
  const sequence = (port: string) => harness.begin({}, { CAIRN_ROLES: "sequencer", CAIRN_SEQUENCER_PORT: port });

  beforeAll(async () => {
    await databases.start();
    const { location } = await databases.create();
    harness = await createNodeHarness(location.type === "server" ? location.url : "");
    await harness.begin({}, { CAIRN_ROLES: "watcher" });
    sequencer = await sequence("0");
    front = await harness.begin({}, { CAIRN_ROLES: "api", CAIRN_SEQUENCER_URL: sequencer.urls().api ?? "" });
    alice = await harness.deposit(1, 10n ** 18n);
  });
  afterAll(async () => {
    await harness.stop();
    await databases.stop();
  });

  it("answers from the sequencer and from the database", async () => {
    listen();
    await expect
      .poll(() => call(front, "account", { params: { index: "64" } }), WAIT)
      .toMatchObject({
        status: 200,
        value: { index: 64, balance: (10n ** 18n).toString() },
      });
    const answer = await submit(withdraw(0));
    expect(answer).toMatchObject({ status: 200, value: { transactions: [{ status: "confirmed" }] } });
    const id = answer.value.transactions[0]?.id ?? "";
    const { history } = (await call(front, "transaction", { params: { id } })).value;
    expect(history.map(({ type }) => type)).toEqual(expect.arrayContaining(["received", "confirmed"]));
    const owner = toHex(alice.owner, { size: 20 });
    expect((await call(front, "accounts", { query: { owner, tokenId: "0" } })).value.accounts).toHaveLength(1);
    await expect.poll(() => call(front, "payouts"), WAIT).toMatchObject({ value: { payouts: [{ status: "owed" }] } });
    // Nothing is open any longer.
    expect((await call(front, "rollup")).value).toEqual((await call(sequencer, "rollup")).value);
    await expect
      .poll(async () => (await call(front, "blocks")).value.blocks.map(({ status }) => status), WAIT)
      .toContain("sealed");
    expect((await call(front, "health")).value).toMatchObject({ roles: ["api"] });
    expect(await call(front, "ready")).toMatchObject({
      status: 200,
      value: { isReady: true, parts: { sequencer: { isReady: true }, relay: { isReady: true, state: "following" } } },
    });
    await expect.poll(() => heard, WAIT).toEqual(expect.arrayContaining(["withdraw confirmed", "block 1 sealed"]));
  });

  it("forwards refusals, and refuses malformed requests itself", async () => {
    expect(await submit(withdraw(0))).toMatchObject({ status: 200 });
    expect(await submit({ ...withdraw(1), amount: encodeFloat40(10n ** 20n) })).toMatchObject({
      status: 422,
      value: { error: { code: "rejected", details: { index: 0, reason: { type: "insufficientBalance" } } } },
    });
    expect(await call(front, "account", { params: { index: "99" } })).toMatchObject({ status: 404 });
    expect(await call(front, "quote", { query: { kind: "transfer", tokenId: "x" } })).toMatchObject({
      status: 400,
      value: { error: { code: "bad-request", message: expect.stringContaining("query.tokenId") } },
    });
  });

  it("says that the sequencer is away, still shows the past, and continues when it is back", async () => {
    const port = new URL(sequencer.urls().api ?? "").port;
    await sequencer.stop();
    expect(await submit(withdraw(1))).toMatchObject({ status: 503, value: { error: { code: "unavailable" } } });
    expect(await call(front, "block", { params: { number: "1" } })).toMatchObject({ status: 200 });
    const { status, value }: { status: number; value: RouteResponse<"ready"> } = await call(front, "ready");
    expect({ status, value }).toMatchObject({
      status: 503,
      value: { isReady: false, parts: { sequencer: { isReady: false } } },
    });

    sequencer = await sequence(port);
    await expect.poll(async () => (await call(front, "ready")).status, WAIT).toBe(200);
    heard.length = 0;
    expect(await submit(withdraw(1))).toMatchObject({ status: 200 });
    // The stream is that of the database: its clients stay.
    await expect.poll(() => heard, WAIT).toContain("withdraw confirmed");
    expect(closed).toEqual([]);
  });

  it("accepts no more submissions than it is allowed to forward", async () => {
    const url = sequencer.urls().api ?? "";
    const narrow = { CAIRN_ROLES: "api", CAIRN_SEQUENCER_URL: url, CAIRN_MAX_IN_FLIGHT: "1" };
    const small = await harness.begin({}, narrow);
    await expect.poll(async () => (await call(small, "ready")).status, WAIT).toBe(200);
    const answers = await Promise.all(Array.from({ length: 20 }, () => submit(withdraw(1), small)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 429]));
  });

  it("does not start in front of another separate API, which could be itself", async () => {
    const indirect = { CAIRN_ROLES: "api", CAIRN_SEQUENCER_URL: front.urls().api ?? "" };
    await expect(harness.begin({}, indirect)).rejects.toMatchObject({ code: "node/wrong-sequencer" });
  });

  it("does not start in front of a sequencer of another rollup", async () => {
    const other = await createNodeHarness();
    try {
      const { location } = await databases.create();
      const DATABASE_URL = location.type === "server" ? location.url : "";
      const env = { DATABASE_URL, CAIRN_ROLES: "api", CAIRN_SEQUENCER_URL: sequencer.urls().api ?? "" };
      const elsewhere = { ...env, CAIRN_ROLLUP: `0x${"12".repeat(20)}` };
      await expect(other.begin({}, elsewhere)).rejects.toMatchObject({ code: "node/wrong-sequencer" });
    } finally {
      await other.stop();
    }
  });
});
