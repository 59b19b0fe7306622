import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDouble } from "../../packages/sdk/test/double.ts";
import { runProgram } from "../lib/program.ts";
import { type PageServer, runInPage, servePages, startChromium } from "./pages.ts";
import { createProject, PROGRAMS, type Project } from "./project.ts";
import { compile } from "./typescript.ts";

/** What the packages support, from the npm registry; each under a name of its own. */
const NODES = { node20: "20.20.2", node22: "22.23.3", node24: "24.21.0" } as const;
const COMPILERS = { typescript5: "5.9.3", typescript7: "7.0.2" } as const;
const TOOLS = {
  vite: "8.4.0",
  ws: "8.23.0",
  "@types/ws": "8.18.2",
  "@types/node": "20.19.43",
  viem: "2.57.20",
  react: "19.3.1",
  "react-dom": "19.3.1",
  "@types/react": "19.3.3",
  "@types/react-dom": "19.3.0",
  "@tanstack/react-query": "5.108.4",
} as const;

const nodes = Object.keys(NODES);
const compilers = Object.keys(COMPILERS);

describe("the packed packages, installed by npm", () => {
  let project: Project;
  let server: PageServer;
  let browser: Browser;
  const nodeOf = (name: string): string => join(project.folder, "node_modules", name, "bin/node");
  const run = (program: string, args: readonly string[]) =>
    runProgram(program, args, { cwd: project.folder, capture: true });

  beforeAll(async () => {
    project = await createProject();
    const alias = ([name, version]: readonly [string, string], library: string) => [name, `npm:${library}@${version}`];
    const dependencies = Object.fromEntries([
      ...project.packages.map(({ manifest, tarball }) => [manifest.name, `file:${tarball}`]),
      ...Object.entries(NODES).map((node) => alias(node, `node-${process.platform}-${process.arch}`)),
      ...Object.entries(COMPILERS).map((compiler) => alias(compiler, "typescript")),
      ...Object.entries(TOOLS),
    ]);
    writeFileSync(
      join(project.folder, "package.json"),
      JSON.stringify({ private: true, type: "module", dependencies }),
    );
    const { code, stderr } = await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline"]);
    expect(code, stderr).toBe(0);
    server = await servePages(project.folder);
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    project?.remove();
  });

  it("bring each package and zod once, and nothing for development", async () => {
    const { stdout } = await run("npm", ["ls", "--all", "--parseable"]);
    const installed = stdout.split("\n").map((path) => path.replace(/.*node_modules\//, ""));
    const times = (library: string): number => installed.filter((one) => one === library).length;
    for (const { manifest } of project.packages) expect(times(manifest.name), manifest.name).toBe(1);
    expect(times("zod")).toBe(1);
    for (const tool of ["solc", "lmdb", "@foundry-rs/anvil"]) expect(times(tool), tool).toBe(0);
  });

  it.each(nodes)("derive keys, sign, verify and ask a node on %s", async (name) => {
    const { code, stdout, stderr } = await run(nodeOf(name), ["main.mjs", server.url]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout).sdk).toMatchObject({ isValid: true, isForged: false, roles: ["api"] });
  });

  it.each(nodes)("stream on %s, over the platform's WebSocket where it has one, or over that of ws", async (name) => {
    const double = await startDouble(() => ({ body: {} }));
    try {
      const plain = await run(nodeOf(name), ["stream.mjs", double.url]);
      expect(plain.stdout.trim(), plain.stderr).toBe(name === "node20" ? "sdk/no-websocket" : "connected");
      const given = await run(nodeOf(name), ["stream.mjs", double.url, "ws"]);
      expect(given.stdout.trim(), given.stderr).toBe("connected");
    } finally {
      await double.stop();
    }
  });

  describe.each(compilers)("have the types that programs need, with %s", (compiler) => {
    const tsc = (): string => join(project.folder, "node_modules", compiler, "bin/tsc");
    it.each(["nodenext", "bundler"] as const)("and resolution %s", async (resolution) => {
      const files = ["typed.ts", "typed-browser.ts", "typed-react.ts"];
      expect(await compile(project.folder, tsc(), { resolution, files })).toBe("");
      expect(await compile(project.folder, tsc(), { resolution, files: ["typed-ws.ts"], types: ["node"] })).toBe("");
    });
  });

  it("work in a page that Vite builds", async () => {
    const names = PROGRAMS.map((name) => name);
    const imports = names.map((name) => `import { run as ${name} } from "./${name}.mjs";`).join("\n");
    const body = `export async function run(url) {
      const results = {};
      for (const [name, one] of Object.entries({ ${names.join(", ")} })) results[name] = await one(url);
      return results;
    }
    // Not awaited: what a program imports when it runs may be in a file that waits for this one.
    run(location.origin).then((results) => {
      document.title = JSON.stringify(results);
    });`;
    mkdirSync(join(project.folder, "page"), { recursive: true });
    writeFileSync(join(project.folder, "page.js"), `${imports}\n${body}`);
    writeFileSync(join(project.folder, "index.html"), `<!doctype html><script type="module" src="/page.js"></script>`);
    const vite = join(project.folder, "node_modules/vite/bin/vite.js");
    const built = await run(nodeOf("node24"), [vite, "build", "--base=./"]);
    expect(built.code, built.stdout + built.stderr).toBe(0);
    const pages = await servePages(join(project.folder, "dist"));
    const page = await browser.newPage();
    try {
      await page.goto(pages.url);
      await page.waitForFunction("document.title !== ''");
      const { stdout } = await run(nodeOf("node24"), ["main.mjs", pages.url]);
      expect(JSON.parse(await page.title())).toEqual(JSON.parse(stdout));
    } finally {
      await page.close();
      await pages.stop();
    }
  });

  it("work in a page without a bundler", async () => {
    const module = `import { createWallet, randomKey } from "/node_modules/@cairn/sdk/dist/standalone.js";
      export const run = () => createWallet({ secret: randomKey(), domain: { chainId: 1n, rollup: 2n } }).key > 0n;`;
    writeFileSync(join(project.folder, "plain.js"), module);
    expect(await runInPage(browser, server, "/plain.js")).toBe(true);
  });

  it("let tabs take turns: each reads what the one before it has written", async () => {
    const module = `import { webStorage } from "/node_modules/@cairn/sdk/dist/standalone.js";
      const storage = webStorage();
      const count = async () => Number((await storage.read("count")) ?? 0);
      export const run = async (times) => {
        for (let i = 0; i < times; i++)
          await storage.locked("count", async () => storage.write("count", String((await count()) + 1)));
        return count();
      };`;
    writeFileSync(join(project.folder, "count.js"), module);
    const [times, context] = [100, await browser.newContext()];
    const pages = await Promise.all([1, 2, 3].map(() => context.newPage()));
    for (const page of pages) await page.goto(`${server.url}/health`);
    const counts = await Promise.all(
      pages.map((page) => page.evaluate(`import("/count.js").then(({ run }) => run(${times}))`)),
    );
    expect(Math.max(...counts.map(Number))).toBe(times * pages.length);
    await context.close();
  });
});
