import { once } from "node:events";
import { connect } from "node:net";
import type { Database } from "@cairn/db";
import {
  API_ERRORS,
  type ApiErrorCode,
  errorSchema,
  ROUTES,
  type RouteDefinition,
  streamMessageSchema,
} from "@cairn/rpc";
import { pino } from "pino";
import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { EMPTY_LOG, NO_WEBHOOKS } from "../../test/no-webhooks.ts";
import { createManualClock, type ManualClock } from "../clock.ts";
import { createEventFeed } from "../events/feed.ts";
import { errorPages } from "./error-pages.ts";
import { ApiError, rejectionError } from "./errors.ts";
import type { Handlers } from "./handlers.ts";
import type { RateLimit } from "./rate-limit.ts";
import { createApiServer, type ListeningServer } from "./server.ts";
import { createAdminServer, createMetricsServer } from "./side-servers.ts";
import { createStream, type Stream } from "./stream.ts";

/** A page that may read. */
const PAGE = "http://localhost:5173";
const HEALTH = { status: "ok", roles: ["api"], version: "test" } as const;

/** An API of which hardly an operation works. */
async function serve({ rateLimit = null, maxClients = 1 }: { rateLimit?: RateLimit | null; maxClients?: number } = {}) {
  const logger = pino({ level: "silent" });
  const clock = createManualClock(0);
  const feed = createEventFeed(EMPTY_LOG, { clock, logger });
  const stream = createStream({ maxClients, pingMs: 30_000, pageOrigins: "loopback" }, { feed, clock, logger });
  const failing = Object.fromEntries(
    Object.keys(ROUTES).map((name) => [name, () => Promise.reject(new TypeError("secret of the inside"))]),
  ) as unknown as Handlers;
  const api = createApiServer(
    {
      host: "127.0.0.1",
      port: 0,
      maxBodyBytes: 1000,
      maxConnections: 100,
      requestTimeoutMs: 1000,
      pageOrigins: "loopback",
      rateLimit,
      trustedProxies: [],
      pages: null,
      version: "test",
    },
    {
      handlers: {
        ...failing,
        health: async () => ({ ...HEALTH, roles: [...HEALTH.roles] }),
        stats: () => Promise.reject(rejectionError({ index: 0, reason: { type: "emptyGroup" } })),
        provers: () => Promise.reject(new ApiError("rejected", "x", { reason: { type: "../../../README" } })),
      },
      assertTaking: () => undefined,
      stream,
      webhooks: NO_WEBHOOKS,
      logger,
      registry: new Registry(),
    },
  );
  await api.start();
  return { api, stream, clock };
}

describe("HTTP of the API", () => {
  let api: ListeningServer;
  let stream: Stream;
  let clock: ManualClock;
  beforeAll(async () => {
    ({ api, stream, clock } = await serve());
  });
  afterAll(async () => {
    await stream.stop();
    await api.stop();
  });

  /** Sends bytes and reads the answer until the connection ends. */
  const talk = async (text: string, server = api): Promise<{ status: number; head: string; body: string }> => {
    const { port } = new URL(server.url());
    const socket = connect(Number(port), "127.0.0.1");
    socket.on("error", () => undefined);
    socket.write(text);
    let answer = "";
    for await (const chunk of socket) answer += String(chunk);
    const [head = "", body = ""] = answer.split("\r\n\r\n", 2);
    return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]), head: head.toLowerCase(), body };
  };
  const ask = (line: string, headers: readonly string[] = [], body = "") =>
    talk(`${line} HTTP/1.1\r\n${["host: node", "connection: close", ...headers].join("\r\n")}\r\n\r\n${body}`);
  const expectFailure = ({ status, head, body }: Awaited<ReturnType<typeof talk>>, code: keyof typeof API_ERRORS) => {
    expect(status, body).toBe(API_ERRORS[code].http);
    expect(head).toContain("content-type: application/json");
    expect(errorSchema.parse(JSON.parse(body)).error.code).toBe(code);
  };
  const json = (body: string, type = "application/json") => [`content-type: ${type}`, `content-length: ${body.length}`];

  it.each([
    ["a broken escape in the path", "GET /v1/accounts/%", "bad-request"],
    ["a broken escape of UTF-8", "GET /v1/accounts/%ff", "bad-request"],
    ["a long part of the path", `GET /v1/transactions/0x${"a".repeat(5000)}`, "uri-too-long"],
    ["a path without end", `GET /${"a".repeat(40_000)}`, "uri-too-long"],
    ["an unknown path", "GET /v1/nothing", "not-found"],
    ["a path below a known one", "GET /v1/rollup/", "not-found"],
    ["an unknown path and method", "DELETE /v1/nothing", "not-found"],
    ["another method", "DELETE /v1/blocks/1", "method-not-allowed"],
    ["a write to a read-only path", "POST /v1/rollup", "method-not-allowed"],
    ["a read of a write-only path", "GET /v1/transactions", "method-not-allowed"],
    ["a rare method", "PROPFIND /v1/rollup", "method-not-allowed"],
    ["a method that does not exist", "NONSENSE /v1/rollup", "bad-request"],
    ["the stream without an upgrade", "GET /v1/stream", "upgrade-required"],
    ["a write to the stream", "POST /v1/stream", "method-not-allowed"],
    ["an unexpected failure", "GET /v1/rollup", "internal"],
  ] as const)("answers %s from the table", async (_what, line, code) => {
    const answer = await ask(line);
    expectFailure(answer, code);
    expect(answer.body).not.toContain("secret");
  });

  it.each([
    [
      "headers that are too large",
      `GET /health HTTP/1.1\r\nhost: node\r\nx: ${"a".repeat(40_000)}\r\n\r\n`,
      "headers-too-large",
    ],
    ["no host", "GET /health HTTP/1.1\r\nconnection: close\r\n\r\n", "bad-request"],
    ["something that is not HTTP", "\u0016\u0003\u0001hello\r\n\r\n", "bad-request"],
    [
      "two lengths",
      "POST /v1/transactions HTTP/1.1\r\nhost: n\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx",
      "bad-request",
    ],
    ["a request that never ends", "GET /health HTTP/1.1\r\nhost: node\r\n", "request-timeout"],
  ] as const)("answers %s from the table", async (_what, text, code) => {
    expectFailure(await talk(text), code);
  });

  it.each([
    ["text", "a=1", "text/plain", "unsupported-media"],
    ["a form", "a=1", "application/x-www-form-urlencoded", "unsupported-media"],
    ["no JSON", "{", "application/json", "bad-request"],
    ["nothing", "", "application/json", "bad-request"],
    ["too much", `"${"x".repeat(2000)}"`, "application/json", "too-large"],
  ] as const)("answers a body of %s from the table", async (_what, body, type, code) => {
    expectFailure(await ask("POST /v1/transactions", json(body, type), body), code);
  });

  it.each([
    ["GET /v1/nothing", "api/not-found"],
    ["GET /v1/accounts/%", "api/bad-request"],
    ["DELETE /v1/blocks/1", "api/method-not-allowed"],
    ["GET /v1/stream", "api/upgrade-required"],
    ["GET /v1/rollup", "api/internal"],
    ["GET /v1/stats", "rejected/emptyGroup"],
    ["GET /v1/provers", "api/rejected"],
  ] as const)("links the failure of %s to the page %s, and serves it", async (line, page) => {
    const path = /link: <(\S+)>; rel="help"/.exec((await ask(line)).head)?.[1] ?? "";
    expect(path).toBe(`/docs/errors/${page}.md`.toLowerCase());
    const { status, head, body } = await ask(`GET /docs/errors/${page}.md`);
    expect({ status, title: body.split("\n")[0] }).toEqual({ status: 200, title: `# ${page}` });
    expect(head).toContain("content-type: text/markdown; charset=utf-8");
  });

  it("serves no pages, and starts all the same, where the documents are not installed", () => {
    expect(errorPages("/nonexistent")).toEqual(new Set());
  });

  it("serves the index of errors, and no other files", async () => {
    expect((await ask("GET /docs/errors/README.md")).body).toMatch(/^# Errors\n/);
    for (const path of [
      "api/README.md",
      "..%2f/README.md",
      "api/..%2f..%2ftrust.md",
      "%2e%2e/trust.md",
      "api/",
      "api/%00.md",
    ])
      expect([404, 400], path).toContain((await ask(`GET /docs/errors/${path}`)).status);
    expectFailure(await ask("POST /docs/errors/README.md"), "method-not-allowed");
  });

  it("lists the methods of a path", async () => {
    expect((await ask("DELETE /v1/transactions")).head).toContain("allow: options, post");
    expect((await ask("PUT /v1/accounts/64/history")).head).toContain("allow: get, head, options");
  });

  it("answers HEAD as GET without a body, on every path that can be read", async () => {
    const { status, head, body } = await ask("HEAD /health");
    expect({ status, body }).toEqual({ status: 200, body: "" });
    expect(head).toContain(`content-length: ${JSON.stringify(HEALTH).length}`);
    for (const { method, path } of Object.values<RouteDefinition>(ROUTES)) {
      const answer = await ask(`HEAD ${path.replaceAll(/:\w+/g, "1")}`);
      expect(answer.status === 405, path).toBe(method !== "GET");
      expect(answer.body).toBe("");
    }
  });

  it("lets pages of the origins that may read and submit, and no others", async () => {
    const preflight = await ask("OPTIONS /v1/transactions", [`origin: ${PAGE}`, "access-control-request-method: POST"]);
    expect(preflight).toMatchObject({ status: 204, body: "" });
    expect(preflight.head).toContain(`access-control-allow-origin: ${PAGE}`);
    expect(preflight.head).toContain("access-control-allow-methods: options, post");
    expect(preflight.head).toContain("access-control-allow-headers: content-type");
    for (const line of ["GET /health", "GET /v1/nothing", "GET /v1/accounts/%"]) {
      const { head } = await ask(line, [`origin: ${PAGE}`]);
      expect(head).toContain(`access-control-allow-origin: ${PAGE}`);
      expect(head).toContain("vary: origin");
      for (const others of [["origin: https://page.example"], []]) {
        const { head: refused, status } = await ask(line, others);
        expect(refused, line).not.toContain("access-control");
        expect(refused).toContain("vary: origin");
        expect(status).toBe((await ask(line)).status);
      }
    }
    const refused = await ask("OPTIONS /v1/transactions", ["origin: https://page.example"]);
    expect(refused.head).not.toContain("access-control");
  });

  it("refuses streams to pages that may not read answers, not to programs", async () => {
    const upgrade = [
      "connection: upgrade",
      "upgrade: websocket",
      "sec-websocket-version: 13",
      `sec-websocket-key: ${"x".repeat(22)}==`,
    ];
    expectFailure(await ask("GET /v1/stream", [...upgrade, "origin: https://page.example"]), "forbidden-origin");
    for (const options of [{}, { origin: PAGE }]) {
      const socket = new WebSocket(`${api.url().replace("http", "ws")}/v1/stream`, options);
      await once(socket, "message");
      // A page sees no pings: it hears a heartbeat with each.
      const [pinged, heard] = [once(socket, "ping"), once(socket, "message")];
      clock.advance(30_000);
      const message = streamMessageSchema.parse(JSON.parse(String((await heard)[0])));
      expect(message).toEqual({ type: "heartbeat", atMs: clock.nowMs(), cursor: expect.any(String) });
      await pinged;
      socket.terminate();
      await vi.waitFor(() => expect(stream.clients()).toBe(0));
    }
  });

  it("answers even if another protocol is offered or an expectation is stated", async () => {
    expect(await ask("GET /health", ["connection: upgrade", "upgrade: h2c"])).toMatchObject({ status: 200 });
    expect(await ask("GET /health", ["expect: cookies"])).toMatchObject({ status: 200 });
  });

  it("says in its own words why a stream is refused", async () => {
    const key = "sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==";
    const upgrade = (path: string) =>
      talk(`GET ${path} HTTP/1.1\r\nhost: node\r\nconnection: upgrade\r\nupgrade: websocket\r\n${key}\r\n\r\n`);
    expectFailure(await upgrade("/v1/streams"), "not-found");
    expectFailure(await upgrade("/v1/stream?acount=64"), "bad-request");
    const only = new WebSocket(`${api.url().replace("http", "ws")}/v1/stream`);
    await once(only, "open");
    expectFailure(await upgrade("/v1/stream"), "unavailable");
    only.terminate();
    await vi.waitFor(() => expect(stream.clients()).toBe(0));
  });

  it("counts upgrades like any other request, says so in every answer, and refuses those beyond the limit", async () => {
    const limited = await serve({ rateLimit: { requests: 4, seconds: 60 }, maxClients: 1 });
    const upgrade = (path: string, key = "dGhlIHNhbXBsZSBub25jZQ==") =>
      talk(
        `GET ${path} HTTP/1.1\r\nhost: node\r\nconnection: upgrade\r\nupgrade: websocket\r\n` +
          `sec-websocket-version: 13\r\nsec-websocket-key: ${key}\r\n\r\n`,
        limited.api,
      );
    const expectRefusal = async (path: string, code: ApiErrorCode, remaining: number, key?: string) => {
      const refused = await upgrade(path, key);
      expectFailure(refused, code);
      expect(refused.head).toMatch(new RegExp(`ratelimit: "client";r=${remaining};t=\\d+`));
      expect(refused.head).not.toContain("retry-after");
    };
    await expectRefusal("/v1/stream", "bad-request", 3, "short");
    const socket = new WebSocket(`${limited.api.url().replace("http", "ws")}/v1/stream`);
    const [answer] = await once(socket, "upgrade");
    expect(answer.headers.ratelimit).toMatch(/^"client";r=2;t=\d+$/);
    await expectRefusal("/v1/stream", "unavailable", 1);
    await expectRefusal("/v1/streams", "not-found", 0);
    const beyond = await upgrade("/v1/stream");
    expectFailure(beyond, "rate-limited");
    expect(beyond.head).toMatch(/\r\nretry-after: \d+/);
    const bad = await talk("GET /v1/accounts/% HTTP/1.1\r\nhost: node\r\nconnection: close\r\n\r\n", limited.api);
    expectFailure(bad, "rate-limited");
    socket.terminate();
    await limited.stream.stop();
    await limited.api.stop();
  });

  it("is as strict on the operator's ports, and reveals nothing to strangers there", async () => {
    const metrics = createMetricsServer({ host: "127.0.0.1", port: 0 }, new Registry());
    const admin = createAdminServer(
      { host: "127.0.0.1", port: 0, token: "open sesame" },
      { database: {} as unknown as Database, sequencer: null, jobs: null, proving: () => [] },
    );
    await Promise.all([metrics.start(), admin.start()]);
    const get = (path: string, headers = "", method = "GET") =>
      `${method} ${path} HTTP/1.1\r\nhost: node\r\nconnection: close\r\n${headers}\r\n`;
    const token = "authorization: Bearer open sesame\r\n";
    expectFailure(await talk(get("/nothing"), metrics), "not-found");
    expectFailure(await talk(get("/metrics", "", "POST"), metrics), "method-not-allowed");
    expectFailure(await talk(get("/%"), metrics), "bad-request");
    for (const path of ["/nothing", "/v1/blocks/seal"]) expectFailure(await talk(get(path), admin), "unauthorized");
    expectFailure(await talk(get("/nothing", token), admin), "not-found");
    expectFailure(await talk(get("/v1/blocks/seal", token), admin), "method-not-allowed");
    const { head } = await talk(get("/v1/blocks/seal"), admin);
    expect(head).not.toContain("access-control");
    await Promise.all([metrics.stop(), admin.stop()]);
  });
});
