import { errorSchema } from "@cairn/rpc";
import type { FastifyInstance } from "fastify";
import { afterEach, describe, expect, it } from "vitest";
import { createHttpApp, type HttpOptions } from "./http.ts";
import { clientOf, createLimiter, parseRateLimit, type RateLimit } from "./rate-limit.ts";

const PAGE = "http://localhost:5173";

describe("a limit of requests", () => {
  let app: FastifyInstance;
  afterEach(() => app.close());

  const begin = (options: Partial<HttpOptions> & { readonly rateLimit?: RateLimit | null } = {}): void => {
    const { rateLimit = { requests: 3, seconds: 60 }, ...rest } = options;
    const limiter = rateLimit && createLimiter(rateLimit, rest.trustedProxies);
    app = createHttpApp({ forceCloseConnections: true, pageOrigins: "loopback", limiter, ...rest });
    app.get("/thing", () => ({}));
    app.get("/thing/:name", () => ({}));
  };
  const get = (
    change: { readonly from?: string; readonly headers?: Record<string, string>; readonly url?: string } = {},
  ) =>
    app.inject({
      url: change.url ?? "/thing",
      remoteAddress: change.from ?? "192.0.2.1",
      headers: change.headers ?? {},
    });
  const left = ({ headers }: Awaited<ReturnType<typeof get>>) => headers.ratelimit;

  it("tells every client what is left, and refuses what is beyond it with the time that is left", async () => {
    begin();
    for (const remaining of [2, 1, 0]) {
      const answer = await get();
      expect(answer.statusCode).toBe(200);
      expect(answer.headers["ratelimit-policy"]).toBe('"client";q=3;w=60');
      expect(left(answer)).toMatch(new RegExp(`^"client";r=${remaining};t=(60|59)$`));
    }
    const refused = await get();
    expect(refused.statusCode).toBe(429);
    const { error } = errorSchema.parse(refused.json());
    const seconds = Number(refused.headers["retry-after"]);
    expect(error).toMatchObject({ code: "rate-limited", details: { retryAfterSeconds: seconds } });
    expect(left(refused)).toBe(`"client";r=0;t=${seconds}`);
    expect(seconds).toBeGreaterThan(57);
  });

  it("is over when it said that it would be", async () => {
    begin({ rateLimit: { requests: 1, seconds: 1 } });
    await get();
    const refused = await get();
    expect([refused.statusCode, refused.headers["retry-after"]]).toEqual([429, "1"]);
    await new Promise((resolve) => setTimeout(resolve, 1000 * Number(refused.headers["retry-after"]) + 50));
    expect((await get()).statusCode).toBe(200);
  });

  it("counts each client for itself, whatever it asks for, and nobody by what it claims to be", async () => {
    begin();
    for (let i = 0; i < 3; i++) await get({ headers: { "x-forwarded-for": `198.51.100.${i}` } });
    for (const url of ["/thing", "/nothing"]) expect((await get({ url })).statusCode, url).toBe(429);
    expect((await get({ from: "192.0.2.2" })).statusCode).toBe(200);
  });

  it.each([
    ["is not a URL", "/thing/%", 400],
    ["has too long a part", `/thing/${"x".repeat(200)}`, 414],
  ])("counts a request whose path %s, also behind a trusted proxy", async (_why, url, status) => {
    begin({ trustedProxies: ["192.0.2.0/24"] });
    const ask = (client: string) => get({ url, headers: { "x-forwarded-for": client, origin: PAGE } });
    for (const remaining of [2, 1, 0]) {
      const answer = await ask("198.51.100.7");
      expect([answer.statusCode, answer.headers["retry-after"]]).toEqual([status, undefined]);
      expect(left(answer)).toMatch(new RegExp(`^"client";r=${remaining};t=(60|59)$`));
    }
    const refused = await ask("198.51.100.7");
    expect(errorSchema.parse(refused.json()).error.code).toBe("rate-limited");
    expect([refused.statusCode, refused.headers["retry-after"]]).toEqual([429, expect.stringMatching(/^(60|59|58)$/)]);
    expect(refused.headers["access-control-allow-origin"]).toBe(PAGE);
    expect((await ask("198.51.100.8")).statusCode).toBe(status);
  });

  it("counts the clients of a trusted proxy, and no claim that it passes on", async () => {
    begin({ trustedProxies: ["192.0.2.0/24"] });
    const via = (forwarded: string) => get({ headers: { "x-forwarded-for": forwarded } });
    for (let i = 0; i < 4; i++) await via(`203.0.113.${i}, 198.51.100.7`);
    expect((await via("198.51.100.7")).statusCode).toBe(429);
    expect((await via("198.51.100.8")).statusCode).toBe(200);
  });

  it("can be read by the pages that may read the answers, also when it refuses", async () => {
    begin();
    for (let i = 0; i < 4; i++) {
      const { headers } = await get({ headers: { origin: PAGE } });
      expect(headers["access-control-allow-origin"]).toBe(PAGE);
      expect(headers["access-control-expose-headers"]).toContain("ratelimit");
    }
  });

  it("sends no header where there is none", async () => {
    begin({ rateLimit: null });
    for (let i = 0; i < 5; i++) expect(left(await get())).toBeUndefined();
  });
});

it("a client is an IPv4 address or an IPv6 network", () => {
  expect(clientOf("192.0.2.1")).toBe("192.0.2.1");
  expect(clientOf("::ffff:192.0.2.1")).toBe("192.0.2.1");
  expect(clientOf("2001:db8:1:2:3:4:5:6")).toBe(clientOf("2001:db8:1:2:ffff::"));
  expect(clientOf("2001:db8:1:2::1")).not.toBe(clientOf("2001:db8:1:3::1"));
  expect(clientOf("fe80::1%eth0")).toBe("fe80::/64");
});

it.each([
  ["none", null],
  ["600/60", { requests: 600, seconds: 60 }],
  ["0/60", undefined],
  ["1/0", undefined],
  ["600", undefined],
  ["600/60/1", undefined],
  ["1e3/60", undefined],
  ["9999999999/60", undefined],
])("%s as a limit", (text, limit) => {
  expect(parseRateLimit(text)).toEqual(limit);
});
