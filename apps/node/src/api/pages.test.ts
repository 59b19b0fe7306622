import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createHttpApp } from "./http.ts";
import { isOwnPage } from "./origins.ts";
import { loadPages, type PagesConfig, servePages } from "./pages.ts";

const CONFIG: PagesConfig = { rollup: "0xca1", chainId: 5, l1Url: "https://l1.example" };
const SCRIPT = `export const text = "${"long ".repeat(1000)}";`;

describe("the pages that a node serves", () => {
  const folder = mkdtempSync(join(tmpdir(), "cairn-pages-"));
  let app: FastifyInstance;
  beforeAll(() => {
    mkdirSync(join(folder, "assets"));
    writeFileSync(join(folder, "index.html"), "<!doctype html>");
    writeFileSync(join(folder, "assets/a-1.js"), SCRIPT);
    writeFileSync(join(folder, "config.json"), '{"rollup":"0xbad"}');
    writeFileSync(join(folder, "secret.txt"), "not listed");
    const files = [{ path: "index.html" }, { path: "assets/a-1.js" }];
    writeFileSync(join(folder, "files.json"), JSON.stringify({ contentSecurityPolicy: "default-src 'none'", files }));
    app = createHttpApp({ forceCloseConnections: true });
    servePages(app, loadPages(folder, CONFIG));
  });
  afterAll(async () => {
    await app.close();
    rmSync(folder, { recursive: true });
  });
  const get = (url: string, headers: Record<string, string> = {}) => app.inject({ url, headers });

  it("come with a policy, and no other page may embed them", async () => {
    for (const url of ["/", "/index.html", "/assets/a-1.js", "/config.json", "/files.json"]) {
      const { statusCode, headers } = await get(url);
      expect(statusCode, url).toBe(200);
      expect(headers).toMatchObject({
        "content-security-policy": "default-src 'none'",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
      });
    }
    const { body, headers } = await get("/");
    expect([body, headers["content-type"]]).toEqual(["<!doctype html>", "text/html; charset=utf-8"]);
  });

  it("are kept for ever where the name has a hash, and asked about elsewhere", async () => {
    expect((await get("/assets/a-1.js")).headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    const { headers } = await get("/");
    expect(headers["cache-control"]).toBe("no-cache");
    const again = await get("/", { "if-none-match": String(headers.etag) });
    expect([again.statusCode, again.body]).toEqual([304, ""]);
    expect((await get("/config.json", { "if-none-match": String(headers.etag) })).statusCode).toBe(200);
  });

  it("are compressed for who can read that", async () => {
    const small = await get("/assets/a-1.js", { "accept-encoding": "br, gzip" });
    expect(small.headers["content-encoding"]).toBe("gzip");
    expect(small.rawPayload.length).toBeLessThan(SCRIPT.length / 10);
    const plain = await get("/assets/a-1.js");
    expect([plain.headers["content-encoding"], plain.body]).toEqual([undefined, SCRIPT]);
  });

  it("are told by the node which rollup they are about, and where they find it", async () => {
    const { rollup, chainId, l1Url: l1 } = CONFIG;
    expect((await get("/config.json")).json()).toEqual({ node: "./", l1, rollup, chainId });
    const bare = loadPages(folder, { rollup: undefined, chainId: undefined, l1Url: undefined });
    const config = JSON.parse(bare.files.get("config.json")?.content.toString() ?? "");
    expect(config).toEqual({ node: "./", l1: null, rollup: null, chainId: null });
  });

  it("are the listed files and nothing else, whatever path is asked for", async () => {
    const others = ["/secret.txt", "/assets/", "/../secret.txt", "/assets/..%2fsecret.txt", "/%2e%2e/secret.txt"];
    for (const url of [...others, "/index.html/", "/assets/a-2.js", "/index.html%00"]) {
      expect((await get(url)).statusCode, url).toBeGreaterThanOrEqual(400);
    }
    expect((await app.inject({ method: "POST", url: "/index.html" })).statusCode).toBe(405);
    expect((await app.inject({ method: "HEAD", url: "/index.html" })).statusCode).toBe(200);
  });

  it("must be those of a build: a list that leads elsewhere, or to nothing, is refused", () => {
    const other = mkdtempSync(join(tmpdir(), "cairn-pages-"));
    const refused = expect.objectContaining({ code: "node/bad-config" });
    expect(() => loadPages(other, CONFIG)).toThrow(refused);
    for (const path of ["../secret.txt", "/etc/passwd", "a/../b", "missing.html", ".env"]) {
      writeFileSync(join(other, "files.json"), JSON.stringify({ contentSecurityPolicy: "x", files: [{ path }] }));
      expect(() => loadPages(other, CONFIG), path).toThrow(refused);
    }
    rmSync(other, { recursive: true });
  });

  it("may use the stream of the node that has sent them, and no other's", () => {
    expect(isOwnPage("https://rollup.example", "rollup.example")).toBe(true);
    expect(isOwnPage("http://127.0.0.1:8080", "127.0.0.1:8080")).toBe(true);
    for (const origin of ["https://other.example", "https://rollup.example.com", "null", "", "file://rollup.example"]) {
      expect(isOwnPage(origin, "rollup.example"), origin).toBe(false);
    }
    expect(isOwnPage("https://rollup.example", undefined)).toBe(false);
  });
});
