import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createTestDatabases, type TestDatabase } from "@cairn/db/testing";
import { FIRST_ACCOUNT_INDEX, tokenId } from "@cairn/protocol";
import { type RouteResponse, signedTransactionToJson, streamMessageSchema } from "@cairn/rpc";
import { pino } from "pino";
import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { NO_WEBHOOKS } from "../../test/no-webhooks.ts";
import { createSequencerHarness, DOMAIN, type Life, type SequencerHarness } from "../../test/sequencer-harness.ts";
import { createEventFeed, type EventFeed } from "../events/feed.ts";
import { createEventLog } from "../events/log.ts";
import { createFeePolicy } from "../sequencer/fee-policy.ts";
import { createSequencerHandlers } from "./sequencer-handlers.ts";
import { createApiServer, type ListeningServer } from "./server.ts";
import { createAdminServer, createMetricsServer } from "./side-servers.ts";
import { createStream, type Stream } from "./stream.ts";

const GUIDE = readFileSync(join(import.meta.dirname, "../../../../docs/guides/api.md"), "utf8");
const databases = createTestDatabases().server;

describe("API", () => {
  let test: TestDatabase;
  let harness: SequencerHarness;
  let life: Life;
  let api: ListeningServer;
  let feed: EventFeed;
  let stream: Stream;

  beforeAll(async () => {
    await databases.start();
    test = await databases.create();
    harness = await createSequencerHarness(test, 3);
    life = await harness.begin({ maxInFlight: 50 });
    await harness.fund(life);
    await life.closeBatches();
    const feePolicy = createFeePolicy(
      {
        slotCount: 16,
        tokens: [{ tokenId: tokenId(0), weiPer1e18: 10n ** 18n }],
        batchGas: 800_000n,
        blocksPerBatch: 1n,
        gasPerByte: 16n,
        payoutGas: 60_000n,
        expectedFillPercent: 50n,
        operatorPercent: 10n,
        tolerancePercent: 80n,
      },
      () => 10n ** 9n,
    );
    const logger = pino({ level: "silent" });
    const { clock } = harness;
    feed = createEventFeed(createEventLog(life.database), { clock, logger });
    life.sequencer.onEvent(feed.poke);
    feed.start();
    stream = createStream({ maxClients: 2, pingMs: 30_000, pageOrigins: "none" }, { feed, clock, logger });
    const handlers = createSequencerHandlers({
      ...life,
      clock: harness.clock,
      feePolicy,
      compress: harness.compress,
      domain: DOMAIN,
      slotCount: 16,
      feeTokens: [tokenId(0)],
      minValiditySeconds: 60,
      maxGroupSize: 4,
      roles: ["sequencer", "api"],
      version: "test",
      parts: () => ({ sequencer: { isReady: life.sequencer.status().phase === "running", state: "running" } }),
    });
    api = createApiServer(
      {
        host: "127.0.0.1",
        port: 0,
        maxBodyBytes: 20_000,
        maxConnections: 1000,
        requestTimeoutMs: 5000,
        pageOrigins: "none",
        rateLimit: null,
        trustedProxies: [],
        pages: null,
        version: "test",
      },
      {
        handlers,
        assertTaking: () => life.sequencer.assertTaking(),
        stream,
        webhooks: NO_WEBHOOKS,
        logger: pino({ level: "silent" }),
        registry: new Registry(),
      },
    );
    await api.start();
  });
  afterAll(async () => {
    await stream.stop();
    await feed.stop();
    await api.stop();
    await harness.stop();
    await databases.stop();
  });

  const get = async <T>(path: string) => {
    const response = await fetch(new URL(path, api.url()));
    return { status: response.status, body: (await response.json()) as T };
  };
  const post = async <T>(body: string, type = "application/json") => {
    const response = await fetch(new URL("/v1/transactions", api.url()), {
      method: "POST",
      headers: { "content-type": type },
      body,
    });
    return {
      status: response.status,
      body: (await response.json()) as T,
      retryAfter: response.headers.get("retry-after"),
    };
  };
  const submit = (...group: ReturnType<SequencerHarness["transfer"]>[]) =>
    post<RouteResponse<"submit">>(JSON.stringify({ transactions: group.map(signedTransactionToJson) }));

  it("accepts a transaction and shows it everywhere", async () => {
    const answer = await submit(harness.transfer(0, 1, 0));
    expect(answer).toMatchObject({ status: 200, body: { transactions: [{ status: "confirmed" }] } });
    const [{ id, inclusion } = { id: "", inclusion: null }] = answer.body.transactions;
    expect((await get(`/v1/transactions/${id}`)).body).toMatchObject({
      id,
      group: [id],
      amount: "1000",
      history: [{ type: "received" }, { type: "confirmed", details: inclusion }],
    });
    expect((await get(`/v1/accounts/${FIRST_ACCOUNT_INDEX}`)).body).toMatchObject({ nonce: 1 });
    const { body } = await get(`/v1/accounts/${FIRST_ACCOUNT_INDEX}/history?limit=1`);
    expect(body).toMatchObject({ entries: [{ id }], next: expect.any(String) });
    expect((await get(`/v1/blocks/${inclusion?.block}/transactions`)).body).toMatchObject({ transactions: [{ id }] });
    expect((await get("/v1/blocks?limit=1")).body).toMatchObject({ blocks: [{ status: "open", batch: null }] });
    expect((await get("/v1/blocks/1")).body).toMatchObject({
      batch: { firstBlock: 1, number: null, status: "waiting" },
    });
    expect((await get("/v1/batches")).body).toMatchObject({
      batches: [{ firstBlock: 1, blocks: 1, status: "waiting" }],
    });
    expect((await get("/v1/queue?from=1&limit=1")).body).toMatchObject({
      entries: [{ position: 1, type: "deposit", status: "confirmed", outcome: { type: "created", account: 65 } }],
      processed: 3,
    });
    expect((await get("/v1/rollup")).body).toMatchObject({ chainId: 31337, slots: 16, lastBlock: 1 });
    expect((await get("/v1/payouts")).body).toEqual({ payouts: [], next: null });
    expect(await get("/health")).toMatchObject({ status: 200, body: { status: "ok" } });
  });

  it("quotes a fee that can be signed", async () => {
    const { body } = await get<RouteResponse<"quote">>("/v1/fees/quote?kind=withdraw&tokenId=0");
    expect(body).toMatchObject({ kind: "withdraw", gasPriceWei: "1000000000" });
    const parts = Object.values(body.parts).reduce((sum, part) => sum + BigInt(part), 0n);
    expect(BigInt(body.fee)).toBeGreaterThanOrEqual(parts);
    expect(BigInt(body.minimumFee)).toBeLessThan(BigInt(body.fee));
    expect(await get("/v1/fees/quote?kind=transfer&tokenId=9")).toMatchObject({ status: 404 });
  });

  it("says which rule a transaction breaks", async () => {
    expect(await submit(harness.transfer(0, 1, 0, { validUntil: 5 }))).toMatchObject({
      status: 422,
      body: { error: { code: "rejected", details: { index: 0, reason: { type: "nonceTooLow" } } } },
    });
  });

  it.each([
    ["no JSON", "{", 400],
    ["another shape", '{"transactions":[{"type":"mint"}]}', 400],
    ["deep nesting", `{"transactions":${"[".repeat(5000)}${"]".repeat(5000)}}`, 400],
    ["a prototype", '{"__proto__":{"a":1},"transactions":[]}', 400],
    ["too much", `{"transactions":"${"x".repeat(30_000)}"}`, 413],
  ])("refuses %s", async (_what, body, status) => {
    const answer = await post<{ error: { code: string } }>(body);
    expect(answer.status).toBe(status);
    expect(answer.body.error.code).toMatch(/bad-request|too-large/);
  });

  it("refuses bad parameters, unknown paths and other media", async () => {
    expect(await get("/v1/blocks/x")).toMatchObject({
      status: 400,
      body: { error: { details: { issues: [{ at: "params.number" }] } } },
    });
    expect(await get("/v1/accounts?owner=0x12")).toMatchObject({ status: 400 });
    expect(await get("/v1/blocks?limit=1000")).toMatchObject({ status: 400 });
    for (const path of ["/v1/blocks?before=1", "/v1/rollup?at=1", "/v1/deposits?limit=1&tx=0x1"]) {
      const message = expect.stringMatching(/^query\.(before|at|tx): is not a parameter of this path$/);
      expect(await get(path), path).toMatchObject({ status: 400, body: { error: { code: "bad-request", message } } });
    }
    expect(await get("/health?probe=1")).toMatchObject({ status: 200 });
    expect(await get("/v1/accounts/16777216")).toMatchObject({ status: 400 });
    expect(await get("/v1/accounts/9999/history")).toMatchObject({ status: 404 });
    expect(await get("/nothing")).toMatchObject({ status: 404, body: { error: { code: "not-found" } } });
    expect((await post("a=1", "text/plain")).status).toBe(415);
  });

  it("answers while many connections stay idle", async () => {
    const { port } = new URL(api.url());
    const sockets = Array.from({ length: 500 }, () => connect(Number(port), "127.0.0.1"));
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once("connect", resolve))));
    expect(await get("/health")).toMatchObject({ status: 200 });
    for (const socket of sockets) socket.destroy();
  });

  it("streams to a limited number of clients", async () => {
    const open = () => new WebSocket(api.url().replace("http", "ws").concat("/v1/stream"));
    const clients = [open(), open()];
    const heard = clients.map(() => [] as string[]);
    for (const [i, client] of clients.entries()) {
      client.on("message", (data) => {
        const message = streamMessageSchema.parse(JSON.parse(String(data)));
        heard[i]?.push(message.type === "entry" ? `${message.entry.type} ${message.status}` : message.type);
      });
    }
    await expect.poll(() => heard).toEqual([["heartbeat"], ["heartbeat"]]);
    await submit(harness.transfer(1, 2, 0));
    await expect.poll(() => heard).toEqual(Array(2).fill(["heartbeat", "transfer confirmed"]));
    const refused = await new Promise((resolve) => open().once("error", (error) => resolve(error.message)));
    expect(refused).toContain("503");
    for (const client of clients) client.terminate();
  });

  it("refuses to upgrade anything but the stream, whatever the path", async () => {
    const { port } = new URL(api.url());
    for (const path of ["//", "http://[", "/%", "/v1/streams", "*", "/v1/blocks"]) {
      const socket = connect(Number(port), "127.0.0.1");
      const key = "dGhlIHNhbXBsZSBub25jZQ==";
      const upgrade = `connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: ${key}`;
      socket.end(`GET ${path} HTTP/1.1\r\nhost: node\r\n${upgrade}\r\n\r\n`);
      let text = "";
      for await (const chunk of socket) text += String(chunk);
      expect(text, path).toMatch(/^HTTP\/1\.1 4/);
    }
    expect(await get("/health")).toMatchObject({ status: 200 });
  });

  it("serves metrics and admin operations on separate ports, the latter behind a token", async () => {
    const metrics = createMetricsServer({ host: "127.0.0.1", port: 0 }, new Registry());
    const admin = createAdminServer(
      { host: "127.0.0.1", port: 0, token: "open sesame" },
      { ...life, jobs: null, proving: () => [] },
    );
    await Promise.all([metrics.start(), admin.start()]);
    expect((await fetch(new URL("/metrics", metrics.url()))).status).toBe(200);
    const seal = (headers: Record<string, string>) =>
      fetch(new URL("/v1/blocks/seal", admin.url()), { method: "POST", headers });
    expect((await seal({})).status).toBe(401);
    expect((await seal({ authorization: "Bearer open sesamE" })).status).toBe(401);
    const sealed = await seal({ authorization: "Bearer open sesame" });
    expect(await sealed.json()).toEqual({ sealed: 2 });
    await Promise.all([metrics.stop(), admin.stop()]);
  });

  it("says when to come back where it can tell, that waiting is vain where it is, and else nothing", async () => {
    const open = { head: null, submission: null, unproven: null, isBehindL1: false };
    const stranger = { role: "stranger", isOpen: false, isFrozen: false } as const;
    const refused = () => submit(harness.transfer(2, 1, 0));
    for (const [view, reason] of [
      [{ ...open, submission: { ...stranger, isFrozen: true } }, "frozen"],
      [{ ...open, submission: stranger }, "notOperator"],
      [{ ...open, isBehindL1: true }, "behindL1"],
    ] as const) {
      harness.rules.observe(view);
      const error = { code: "unavailable", details: { reason } };
      expect(await refused(), reason).toMatchObject({ status: 503, body: { error }, retryAfter: null });
    }
    harness.rules.observe({ ...open, unproven: { timestamp: harness.clock.nowMs() / 1000 - 4000, count: 1 } });
    const { status, body, retryAfter } = await post<{ error: { details: object } }>(
      JSON.stringify({ transactions: [signedTransactionToJson(harness.transfer(2, 1, 0))] }),
    );
    expect([status, retryAfter]).toEqual([429, expect.stringMatching(/^[1-9]\d*$/)]);
    expect(body.error.details).toMatchObject({ reason: "lagging", retryAfterSeconds: Number(retryAfter) });
    harness.rules.observe(open);
  });

  it("answers the commands of its guide as they are written", async () => {
    const folder = mkdtempSync(join(tmpdir(), "cairn-guide-api-"));
    const signed = { transactions: [signedTransactionToJson(harness.transfer(2, 1, 0))] };
    writeFileSync(join(folder, "signed.json"), JSON.stringify(signed));
    const blocks = [...GUIDE.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = ""]) => block);
    const run = async (block = ""): Promise<string> => {
      const script = block.replaceAll("http://127.0.0.1:8080", api.url());
      return (await promisify(execFile)("sh", ["-ec", script], { cwd: folder })).stdout;
    };
    // The fourth generates a client: e2e/generated-client.test.ts.
    const [document, page, once, generator, help, ...others] = blocks;
    expect(JSON.parse(await run(document))).toMatchObject({ openapi: expect.stringMatching(/^3\./) });
    expect(JSON.parse(await run(page)).blocks.length).toBeGreaterThan(0);
    const paid = JSON.parse(await run(once));
    expect(paid).toMatchObject({ transactions: [{ status: "confirmed" }] });
    expect(JSON.parse(await run(once))).toEqual(paid);
    expect(generator).toContain("openapi-generator-plus");
    expect(await run(help)).toMatch(/^# rejected\/nonceTooLow\n/);
    expect(others).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  it("says that it is unavailable while it recovers, and acknowledges nothing", async () => {
    await life.sequencer.stop();
    expect(await submit(harness.transfer(1, 2, 0))).toMatchObject({
      status: 503,
      retryAfter: null,
      body: { error: { code: "unavailable" } },
    });
    expect(await get("/ready")).toMatchObject({ status: 503, body: { isReady: false } });
  });
});
