import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { CHROMIUM_REMEDY, findChromium } from "../bootstrap/chromium.mjs";

/** A server of files, on a free port of this machine. */
export type PageServer = { readonly url: string; readonly stop: () => Promise<void> };

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".mjs": "text/javascript",
};

/** What a node answers to `GET /health`. */
const HEALTH = JSON.stringify({ status: "ok", roles: ["api"], version: "0.0.0" });

/** Serves the files of a folder, and the health of a node. */
export async function servePages(folder: string): Promise<PageServer> {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
    try {
      const body = path === "/health" ? HEALTH : readFileSync(join(folder, path === "/" ? "index.html" : path));
      response.writeHead(200, {
        "content-type": TYPES[extname(path)] ?? (path === "/" ? "text/html" : "application/json"),
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Starts Chromium without a window. Throws a TypeError that says what to do when there is none. */
export async function startChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === null) throw new TypeError(`Chromium is missing: ${CHROMIUM_REMEDY}`);
  const quiet = ["--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update", "--disable-sync"];
  return chromium.launch({
    executablePath,
    args: [...quiet, "--disable-background-networking", "--disable-dev-shm-usage"],
  });
}

/** What a module of a page returns: that of its function `run`, called with the page's own address. */
export async function runInPage(browser: Browser, server: PageServer, module: string): Promise<unknown> {
  const page = await browser.newPage();
  try {
    await page.goto(`${server.url}/health`);
    return await page.evaluate(`import(${JSON.stringify(module)}).then(({ run }) => run(location.origin))`);
  } finally {
    await page.close();
  }
}
