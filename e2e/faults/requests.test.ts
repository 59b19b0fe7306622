import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { API_ERRORS, signedTransactionToJson } from "@cairn/rpc";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  audit,
  openRaw,
  openScene,
  type Population,
  pay,
  rawPost,
  type Scene,
  sendRaw,
  withOpenFiles,
} from "../support/index.ts";

const SUBMIT = "/v1/transactions";
const MAX_BODY_BYTES = 1_000_000;
const REQUEST_TIMEOUT_MS = 2000;
const IDLE_CONNECTIONS = 10_000;
const OPEN_FILES = 16_384;
const DEPTH = 100_000;
const PAYMENTS = 3;
/** Payments may take this many times as long as before these requests, but three seconds in any case. */
const SLOWDOWN = 10;
const MIN_ALLOWED_MS = 3000;
const WAIT = { timeout: 60_000, interval: 100 };

describe("malformed and abusive requests", () => {
  let scene: Scene;
  let people: Population;
  let usualMs: number;
  const helpers = new Set<ChildProcess>();

  const post = (body: string, headers?: Readonly<Record<string, string>>) =>
    sendRaw(scene.api(), rawPost(SUBMIT, body, headers));
  const get = (path: string) => sendRaw(scene.api(), `GET ${path} HTTP/1.1\r\nhost: node\r\n\r\n`);
  /** The median of some payments, one after the other: other load on the machine can delay a single one. */
  const paymentMs = async (): Promise<number> => {
    const times: number[] = [];
    for (let payments = 0; payments < PAYMENTS; payments++) {
      const startedAt = performance.now();
      await pay(scene, people);
      times.push(performance.now() - startedAt);
    }
    return times.sort((a, b) => a - b)[Math.floor(PAYMENTS / 2)] ?? Number.POSITIVE_INFINITY;
  };
  /** Checks that payments keep working, at about the same pace as before. */
  const expectService = async (): Promise<void> => {
    expect(await paymentMs()).toBeLessThan(Math.max(MIN_ALLOWED_MS, SLOWDOWN * usualMs));
    expect(people.node.isRunning()).toBe(true);
  };

  beforeAll(async () => {
    scene = await openScene({
      env: {
        CAIRN_BLOCK_TIME_MS: "60000",
        CAIRN_MAX_BODY_BYTES: String(MAX_BODY_BYTES),
        CAIRN_REQUEST_TIMEOUT_MS: String(REQUEST_TIMEOUT_MS),
      },
    });
    for (const position of [1, 2]) await scene.holders.deposit(position, 10n ** 19n);
    const node = await scene.start({}, { prefix: withOpenFiles(OPEN_FILES) });
    const [alice, bob] = [await scene.holders.find(scene.api, 1), await scene.holders.find(scene.api, 2)];
    people = { node, alice, bob };
    usualMs = await paymentMs();
  });
  afterAll(async () => {
    for (const helper of helpers) helper.kill("SIGKILL");
    await scene?.stop();
  });

  it("malformed bodies are refused with a specific error, and change nothing", async () => {
    const signed = signedTransactionToJson(scene.holders.transfer(people.alice, people.bob, 1n, { nonce: 999 }));
    const send = (change: object) => JSON.stringify({ transactions: [{ ...signed, ...change }] });
    const bodies = [
      "",
      "null",
      "[]",
      "{",
      "\u0000",
      "NaN",
      '{"transactions":[]}',
      '{"transactions":[null]}',
      '{"transactions":{}}',
      '{"transactions":[{}],"more":1}',
      '{"__proto__":{"transactions":[]}}',
      '{"transactions":[{"constructor":{"prototype":{}}}]}',
      JSON.stringify({ transactions: Array.from({ length: 65 }, () => signed) }),
      send({ type: "noop" }),
      send({ type: ["transfer"] }),
      send({ nonce: -1 }),
      send({ nonce: 0.5 }),
      send({ nonce: 2 ** 40 }),
      send({ nonce: "0" }),
      send({ nonce: 1e308 }),
      send({ from: 2 ** 24 }),
      send({ fee: 2 ** 16 }),
      send({ amount: 2 ** 40 }),
      send({ amount: null }),
      send({ validUntil: 2 ** 32 }),
      send({ toOwner: "0x" }),
      send({ toKey: `0x${"f".repeat(64)}` }),
      send({ signature: "0x00" }),
      send({ signature: `0x${"0".repeat(128)}` }),
      send({ signature: `0x${"f".repeat(128)}` }),
      send({ extra: "x".repeat(100_000) }),
      send({ link: { offset: 256, content: "0x0" } }),
    ];
    const codes = new Set(Object.keys(API_ERRORS));
    for (const body of bodies) {
      const { status, text } = await post(body);
      expect([status, codes.has(/"code":"([a-z-]+)"/.exec(text)?.[1] ?? "")], body.slice(0, 200)).toEqual([400, true]);
    }
    expect(await post("a=b", { "content-type": "application/x-www-form-urlencoded" })).toMatchObject({ status: 415 });
    expect(await post(send({ signature: `0x${"1".repeat(128)}` }))).toMatchObject({ status: 422 });
    await expectService();
  });

  it("malformed paths, methods and headers are refused", async () => {
    const paths = [
      "/v1/accounts/x",
      "/v1/accounts/-1",
      "/v1/accounts/16777216",
      "/v1/accounts/99999999999999999999",
      "/v1/accounts?owner=0x0",
      "/v1/transactions/0x00",
      "/v1/blocks/%00",
      "/v1/blocks/..%2f..%2fetc",
      "/v1/blocks?limit=0",
      "/v1/blocks?limit=1000000",
      "/v1/blocks?cursor=x",
      "/v1/blocks?before=1",
      "/v1/deposits?cursor=AAAA",
      "/v1/queue?from=-1",
      "/%ff%fe",
      `/v1/blocks/${"1".repeat(10_000)}`,
      "/nowhere",
    ];
    for (const path of paths) {
      const { status } = await get(path);
      expect([400, 404, 414], path.slice(0, 80)).toContain(status);
    }
    const lines = [
      "DELETE /v1/transactions HTTP/1.1\r\nhost: node\r\n\r\n",
      "GET /health HTTP/1.1\r\n\r\n",
      "GET /health HTTP/9.9\r\nhost: node\r\n\r\n",
      `GET /health HTTP/1.1\r\nhost: node\r\nx: ${"y".repeat(100_000)}\r\n\r\n`,
      "POST /v1/transactions HTTP/1.1\r\nhost: node\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST /v1/transactions HTTP/1.1\r\nhost: node\r\ncontent-length: -1\r\n\r\n",
      ...["//", "http://[", "/v1/blocks", `/${"v".repeat(10_000)}`].map(
        (path) => `GET ${path} HTTP/1.1\r\nhost: node\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`,
      ),
      "\u0016\u0003\u0001\u0002\u0000",
      "EHLO node\r\n\r\n",
    ];
    for (const line of lines) {
      const { status } = await sendRaw(scene.api(), line);
      expect(status, line.slice(0, 80)).toBeGreaterThanOrEqual(400);
      expect(status, line.slice(0, 80)).toBeLessThan(500);
    }
    await expectService();
  });

  it("bodies that are too large are refused without being read", async () => {
    const declared = await post("{", { "content-length": "10000000000" });
    expect([declared.status, declared.text]).toEqual([413, expect.stringContaining("too-large")]);
    expect(await post(" ".repeat(MAX_BODY_BYTES + 1))).toMatchObject({ status: 413 });
    const chunk = `${(65_536).toString(16)}\r\n${" ".repeat(65_536)}\r\n`;
    const endless = await sendRaw(
      scene.api(),
      `POST ${SUBMIT} HTTP/1.1\r\nhost: node\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`,
      ...Array.from({ length: 32 }, () => chunk),
    );
    expect([413, null], "or cut off while sending").toContain(endless.status);
    await expectService();
  });

  it(`JSON nested ${DEPTH} levels deep is refused like any other`, async () => {
    const bodies = [
      `${"[".repeat(DEPTH)}${"]".repeat(DEPTH)}`,
      `${'{"a":'.repeat(DEPTH)}1${"}".repeat(DEPTH)}`,
      `{"transactions":${"[".repeat(DEPTH)}${"]".repeat(DEPTH)}}`,
      `{"transactions":[{"type":"transfer","link":${'{"content":'.repeat(DEPTH / 2)}1${"}".repeat(DEPTH / 2)}}]}`,
      "[".repeat(DEPTH),
    ];
    for (const body of bodies) expect((await post(body)).status).toBe(400);
    await expectService();
  });

  it("clients that send one byte at a time are cut off, and delay nobody", async () => {
    const slow = Array.from({ length: 300 }, () => openRaw(scene.api()));
    const closed = Promise.all(slow.map((socket) => new Promise((end) => socket.resume().once("close", end))));
    const request = rawPost(SUBMIT, " ".repeat(1000));
    let sent = 0;
    const drip = setInterval(() => {
      for (const socket of slow) if (socket.writable) socket.write(request.charAt(sent));
      sent++;
    }, 100);
    await expectService();
    await closed;
    clearInterval(drip);
    await expectService();
  });

  it(`${IDLE_CONNECTIONS} connections that do nothing delay nobody`, async () => {
    const { port } = new URL(scene.api());
    const script = join(import.meta.dirname, "../support/idle-clients.ts");
    const [command = process.execPath, ...args] = [...withOpenFiles(OPEN_FILES), process.execPath, script, port];
    const clients = spawn(command, [...args, String(IDLE_CONNECTIONS)], { stdio: ["pipe", "pipe", "inherit"] });
    helpers.add(clients);
    let output = "";
    clients.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    await vi.waitFor(() => expect(output).toContain(`open ${IDLE_CONNECTIONS}`), WAIT);
    for (let looks = 0; looks < 2; looks++) await expectService();
    clients.stdin.end();
    await once(clients, "exit");
    await expectService();
  });

  it("after all of that, every promise was kept", async () => {
    await people.node.kill("SIGTERM");
    people = { ...people, node: await scene.start({ CAIRN_BLOCK_TIME_MS: "300" }) };
    expect((await audit(scene)).acknowledged).toBeGreaterThan(10);
  });
});
