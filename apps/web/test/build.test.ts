/** The build: what A5 and A6 ask of it, and that a file server is enough. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startChromium } from "../../../scripts/packages/pages.ts";
import { buildInto, buildPages } from "../scripts/build-pages.ts";
import type { FileList } from "../scripts/file-list.ts";
import { CACHE_DIR } from "./support/places.ts";
import { serveFolder } from "./support/serve-folder.ts";
import { WAIT } from "./support/stage.ts";

/** Of 1,000 bytes, compressed. */
const KB = 1000;
const BUDGETS = {
  /** What a visitor of the first page gets, styles included, without workers. */
  explorer: 150 * KB,
  /** The same of the wallet. */
  wallet: 220 * KB,
  /** The wallet with an open key, which brings the SDK. */
  openWallet: 295 * KB,
  verifier: 60 * KB,
  /** Keeps the key. */
  vault: 60 * KB,
  restorer: 140 * KB,
  /** Any part that is loaded when it is needed. */
  part: 30 * KB,
};

/** What checks blobs with the points of Ethereum's ceremony; loaded only by whoever names a beacon API. */
const isForBlobs = (path: string): boolean => path.includes("/blob-check-");

describe("the build of the pages", () => {
  let folder: string;
  let list: FileList;
  beforeAll(async () => {
    ({ folder } = await buildPages(CACHE_DIR));
    list = JSON.parse(readFileSync(join(folder, "files.json"), "utf8"));
  });
  const compressed = (path: string): number => gzipSync(readFileSync(join(folder, path)), { level: 9 }).length;
  const assets = (): string[] => readdirSync(join(folder, "assets")).map((name) => `assets/${name}`);

  const workerOf = (name: string): string => {
    const [found = expect.unreachable(), ...others] = assets().filter((path) => path.includes(`/${name}-`));
    expect(others).toEqual([]);
    return found;
  };

  it("A5: the pages and their workers are as small as promised", () => {
    const firstOf = (page: string): string[] => {
      const html = readFileSync(join(folder, page), "utf8");
      const files = [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, path = ""]) => path);
      expect(files.length).toBeGreaterThanOrEqual(2);
      return [page, ...files];
    };
    const pages = { explorer: firstOf("index.html"), wallet: firstOf("wallet.html") };
    /** Parts with all that they import at once. */
    const withImports = (paths: readonly string[], known = new Set<string>()): string[] => {
      for (const path of paths) {
        if (known.has(path)) continue;
        known.add(path);
        const code = path.endsWith(".js") ? readFileSync(join(folder, path), "utf8") : "";
        const imported = [...code.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)].map(([, name]) => `assets/${name}`);
        withImports(imported, known);
      }
      return [...known];
    };
    const opening = ["client", "open-region", "overview", "key-step"].flatMap((name) =>
      assets().filter((path) => path.startsWith(`assets/${name}-`)),
    );
    const sizeOf = (paths: readonly string[]) => paths.reduce((sum, path) => sum + compressed(path), 0);
    const workers = {
      verifier: workerOf("verifier"),
      vault: workerOf("vault"),
      restorer: workerOf("restorer"),
    };
    const first = new Set([...Object.values(pages).flat(), ...Object.values(workers)]);
    const parts = assets().filter((path) => !first.has(path) && !isForBlobs(path));
    expect(opening.length).toBeGreaterThanOrEqual(4);
    expect({
      explorer: sizeOf(pages.explorer) < BUDGETS.explorer,
      wallet: sizeOf(pages.wallet) < BUDGETS.wallet,
      openWallet: sizeOf(withImports([...pages.wallet, ...opening])) < BUDGETS.openWallet,
      verifier: compressed(workers.verifier) < BUDGETS.verifier,
      vault: compressed(workers.vault) < BUDGETS.vault,
      restorer: compressed(workers.restorer) < BUDGETS.restorer,
      largeParts: parts.filter((path) => compressed(path) > BUDGETS.part),
    }).toEqual({
      explorer: true,
      wallet: true,
      openWallet: true,
      verifier: true,
      vault: true,
      restorer: true,
      largeParts: [],
    });
  });

  it("A6: a second build is the same to the byte, and every file's hash is listed", async () => {
    const again = mkdtempSync(join(tmpdir(), "cairn-web-"));
    try {
      await buildInto(again);
      const files = (at: string) =>
        readdirSync(at, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => join(entry.parentPath, entry.name).slice(at.length + 1))
          .sort();
      expect(files(again)).toEqual(files(folder));
      for (const path of files(again)) {
        expect(readFileSync(join(again, path)).equals(readFileSync(join(folder, path))), path).toBe(true);
      }
      const listed = [...list.files.map(({ path }) => path), "config.json", "files.json"].sort();
      expect(listed).toEqual(files(folder));
    } finally {
      rmSync(again, { recursive: true });
    }
  });

  it("has no script and no style within its HTML", () => {
    for (const { path } of list.files.filter(({ path }) => path.endsWith(".html"))) {
      const html = readFileSync(join(folder, path), "utf8");
      expect(html).not.toMatch(/<script(?![^>]* src=)|<style|\son\w+=|\sstyle=/);
      expect(html).toContain('http-equiv="Content-Security-Policy"');
    }
  });

  describe("on a file server, at some path", () => {
    let browser: Awaited<ReturnType<typeof startChromium>>;
    let server: Awaited<ReturnType<typeof serveFolder>>;
    beforeAll(async () => {
      [browser, server] = await Promise.all([startChromium(), serveFolder(folder, "/a/deep/path")]);
    });
    afterAll(async () => {
      await browser?.close();
      await server?.stop();
    });

    it("says what is missing while its config.json names no rollup", async () => {
      const page = await browser.newPage({ locale: "en" });
      const outside: string[] = [];
      page.on("request", (request) => {
        if (!request.url().startsWith(server.url)) outside.push(request.url());
      });
      await page.goto(server.url);
      await expect.poll(() => page.getByRole("heading").textContent(), WAIT).toMatch(/does not know its rollup/);
      expect(outside).toEqual([]);
      await page.close();
    });
  });
});
