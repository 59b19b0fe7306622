/** A separate API in front of processes that are not sequencers, or not good ones. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Database } from "@cairn/db";
import { bigintToAddress } from "@cairn/protocol";
import { pino } from "pino";
import { Registry } from "prom-client";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { NO_WEBHOOKS } from "../../test/no-webhooks.ts";
import { systemClock } from "../clock.ts";
import { loadConfig } from "../config/config.ts";
import { createEventFeed } from "../events/feed.ts";
import { createEventLog } from "../events/log.ts";
import { createFront, type Front } from "./front.ts";
import { createStreamRelay } from "./stream-relay.ts";

const DOMAIN = { chainId: 31337n, rollup: 0xca1n };
const WAIT = { timeout: 10_000, interval: 20 };
const UNAVAILABLE = { status: 503, body: { error: { code: "unavailable" } } };
const HEALTH = { status: "ok", roles: ["sequencer"], version: "1" };
const ACCOUNT = "/v1/accounts/64";
const WORD = `0x${"0".repeat(64)}`;
const ROLLUP = {
  chainId: 31337,
  rollup: bigintToAddress(DOMAIN.rollup),
  slots: 16,
  nextIndex: 64,
  root: WORD,
  lastBlock: 0,
  lastProvenBlock: 0,
  lastFinalBlock: 0,
  minValiditySeconds: 60,
  maxGroupSize: 4,
  feeTokens: [0],
  provableBatches: null,
};

/** Answers a path; false leaves the usual answer. */
type Answer = (path: string, response: ServerResponse) => boolean;

describe("a separate API", () => {
  const endings: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of endings.splice(0).reverse()) await end();
  });

  const json = (response: ServerResponse, body: object, status = 200): true => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    return true;
  };
  /** A process that behaves like the sequencer's, except for what `answer` does. */
  const upstream = async (answer: Answer, port = 0) => {
    const asked: string[] = [];
    const server: Server = createServer((request: IncomingMessage, response) => {
      const path = request.url ?? "";
      asked.push(path);
      if (answer(path, response)) return;
      if (path === "/health") json(response, HEALTH);
      else if (path === "/v1/rollup") json(response, ROLLUP);
      else if (path === "/ready") json(response, { isReady: true, parts: {} });
      else json(response, { error: { code: "not-found", message: "no" } }, 404);
    });
    const stream = new WebSocketServer({ server, path: "/v1/stream" });
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    endings.push(async () => {
      for (const client of stream.clients) client.terminate();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    });
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, stream };
  };
  const front = async (url: string, env: Readonly<Record<string, string>> = {}): Promise<Front> => {
    const config = loadConfig({
      CAIRN_ROLES: "api",
      CAIRN_SEQUENCER_URL: url,
      CAIRN_CHAIN_ID: "31337",
      CAIRN_ROLLUP: bigintToAddress(DOMAIN.rollup),
      CAIRN_API_PORT: "0",
      CAIRN_REQUEST_TIMEOUT_MS: "1000",
      DATABASE_URL: "postgres://unused",
      ...env,
    });
    const logger = pino({ level: "silent" });
    const database = { db: null } as unknown as Database;
    const feed = createEventFeed(createEventLog(database), { clock: systemClock, logger });
    feed.start();
    endings.push(feed.stop);
    const made = createFront(config, {
      database,
      domain: DOMAIN,
      clock: systemClock,
      logger,
      registry: new Registry(),
      readiness: () => ({ other: { isReady: true, state: "fine" } }),
      feed,
      webhooks: NO_WEBHOOKS,
    });
    endings.push(made.stop);
    await made.start();
    return made;
  };
  const get = async ({ url }: Front, path: string) => {
    const response = await fetch(new URL(path, url()));
    return { status: response.status, body: (await response.json()) as unknown };
  };
  const isReady = (made: Front) => expect.poll(() => get(made, "/ready"), WAIT).toMatchObject({ status: 200 });

  it("does not query itself, and survives being configured to", async () => {
    const { url } = await upstream(() => false);
    const port = Number(new URL(url).port);
    await endings.pop()?.();
    const own = await front(url, { CAIRN_API_PORT: String(port) });
    for (let i = 0; i < 3; i++) {
      expect(await get(own, "/ready")).toMatchObject({
        status: 503,
        body: { parts: { sequencer: { isReady: false } } },
      });
    }
    await expect.poll(own.parts, WAIT).toMatchObject({ relay: { isReady: false, state: "wrong sequencer" } });
    expect(await get(own, "/v1/rollup")).toMatchObject(UNAVAILABLE);
  });

  it("sends nothing to another rollup's sequencer that appears at the address later", async () => {
    const { url } = await upstream(() => false);
    await endings.pop()?.();
    const made = await front(url);
    const other = await upstream(
      (path, response) => path === "/v1/rollup" && json(response, { ...ROLLUP, rollup: `0x${"1".repeat(40)}` }),
      Number(new URL(url).port),
    );
    await expect.poll(made.parts, WAIT).toMatchObject({ relay: { state: "wrong sequencer" } });
    expect(await get(made, ACCOUNT)).toMatchObject(UNAVAILABLE);
    expect(other.asked).not.toContain(ACCOUNT);
  });

  it.each<[string, (response: ServerResponse) => unknown]>([
    [
      "breaks off",
      (response) => {
        response.writeHead(200).write("{");
        setTimeout(() => response.destroy(), 50);
      },
    ],
    ["stalls halfway through its answer", (response) => response.writeHead(200).write("{")],
    ["never answers", () => undefined],
    ["is closing", (response) => json(response, { error: "Service Unavailable" }, 503)],
    ["is behind a proxy that does not reach it", (response) => response.writeHead(502).end("<html>")],
  ])("answers unavailable when the sequencer %s", async (_what, spoil) => {
    const { url } = await upstream((path, response) => {
      if (path !== ACCOUNT) return false;
      spoil(response);
      return true;
    });
    const made = await front(url);
    await isReady(made);
    expect(await get(made, ACCOUNT)).toMatchObject(UNAVAILABLE);
  });

  it("starts before a sequencer that is closing", async () => {
    const { url } = await upstream((_path, response) => json(response, { error: "Service Unavailable" }, 503));
    expect((await front(url)).parts()).toMatchObject({ relay: { state: "out of reach" } });
  });

  it("does not reveal where the sequencer is", async () => {
    const { url } = await upstream((path, response) => path === "/ready" && json(response, { never: "so" }));
    const { body } = await get(await front(url), "/ready");
    expect(JSON.stringify(body)).not.toContain("127.0.0.1");
    expect(body).toMatchObject({ parts: { other: { state: "fine" }, sequencer: { state: "out of reach" } } });
  });

  it("forwards no more reads at a time than allowed", async () => {
    const { url, asked } = await upstream((path) => path === ACCOUNT);
    const made = await front(url, { CAIRN_MAX_IN_FLIGHT: "5" });
    await isReady(made);
    const answers = await Promise.all(Array.from({ length: 50 }, () => get(made, ACCOUNT)));
    expect(answers).toMatchObject(Array(50).fill(UNAVAILABLE));
    expect(asked.filter((path) => path === ACCOUNT)).toHaveLength(5);
  });

  it("asks clients of its stream to come back when its database fails, whatever the sequencer's stream says", async () => {
    const { url, stream } = await upstream(() => false);
    const made = await front(url);
    await isReady(made);
    for (const message of ["{", JSON.stringify({ type: "news" }), "x".repeat(5000)]) {
      for (const relay of stream.clients) relay.send(message);
    }
    const client = new WebSocket(`${made.url().replace("http", "ws")}/v1/stream`);
    expect((await once(client, "close"))[0]).toMatchObject({ code: 1013 });
    await isReady(made);
  });

  it("does not connect when it is stopped while checking the sequencer", async () => {
    const { url, stream } = await upstream(() => false);
    const known = Promise.withResolvers<void>();
    const connected: unknown[] = [];
    stream.on("connection", (socket) => connected.push(socket));
    const relay = createStreamRelay(
      { url, retryMs: 10, handshakeMs: 1000, silenceMs: 1000 },
      {
        clock: systemClock,
        logger: pino({ level: "silent" }),
        identify: () => known.promise,
        message: () => undefined,
        lost: () => undefined,
      },
    );
    const starting = relay.start();
    relay.stop();
    known.resolve();
    await starting;
    await new Promise((later) => setTimeout(later, 200));
    expect([connected, relay.status()]).toEqual([[], { isReady: false, state: "stopped" }]);
  });
});
