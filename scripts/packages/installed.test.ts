import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runProgram } from "../lib/program.ts";
import { root } from "../lib/workspace.ts";
import { bundle } from "./bundle.ts";
import { type PageServer, runInPage, servePages, startChromium } from "./pages.ts";
import { createProject, installOffline, PROGRAMS, type Project } from "./project.ts";
import { compile } from "./typescript.ts";

describe("the packed packages, installed", () => {
  let project: Project;
  let server: PageServer;
  let browser: Browser;
  /** What the programs return on Node. */
  let results: Record<string, Record<string, unknown>>;

  beforeAll(async () => {
    project = await createProject();
    await installOffline(project);
    server = await servePages(project.folder);
    const { code, stdout, stderr } = await runProgram(process.execPath, ["main.mjs", server.url], {
      cwd: project.folder,
      capture: true,
    });
    expect(stderr).toBe("");
    expect(code).toBe(0);
    results = JSON.parse(stdout);
    browser = await startChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    project?.remove();
  });

  it("derive keys, sign, verify and ask a node on Node", () => {
    expect(results.sdk).toMatchObject({ isValid: true, isForged: false, roles: ["api"] });
    expect(results.crypto).toMatchObject({
      accepts: [
        [true, false],
        [true, false],
      ],
    });
  });

  it("take webhooks on a server, each once", async () => {
    const program = `import { run } from "./webhooks-server.mjs"; console.log(JSON.stringify(await run()));`;
    const args = ["--input-type=module", "--eval", program];
    const { stdout, stderr } = await runProgram(process.execPath, args, { cwd: project.folder, capture: true });
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual({ statuses: [204, 204, 401], stored: { msg_1: "ping" } });
  });

  it.each(PROGRAMS)("do the same in Chromium: %s", async (name) => {
    mkdirSync(join(project.folder, "bundles"), { recursive: true });
    const code = await bundle(`export { run } from "./${name}.mjs";`, project.folder);
    writeFileSync(join(project.folder, "bundles", `${name}.js`), code);
    expect(await runInPage(browser, server, `/bundles/${name}.js`)).toEqual(results[name]);
  });

  it("work on a page without a bundler, from one file", async () => {
    const script = `
      import { createNodeClient, createWallet, randomKey } from "/node_modules/@cairn/sdk/dist/standalone.js";
      const wallet = createWallet({ secret: randomKey(), domain: { chainId: 1n, rollup: 2n } });
      const { roles } = await createNodeClient({ url: location.origin }).health();
      document.title = [wallet.key > 0n, ...roles].join(" ");`;
    writeFileSync(join(project.folder, "plain.html"), `<!doctype html><script type="module">${script}</script>`);
    const page = await browser.newPage();
    const failures: string[] = [];
    page.on("pageerror", (error) => failures.push(String(error)));
    await page.goto(`${server.url}/plain.html`);
    await page.waitForFunction("document.title !== ''");
    expect(failures).toEqual([]);
    expect(await page.title()).toBe("true api");
  });

  it.each(["nodenext", "bundler"] as const)(
    "have the types that programs need, with resolution %s",
    async (resolution) => {
      const tsc = join(root, "node_modules/typescript/bin/tsc");
      expect(
        await compile(project.folder, tsc, { resolution, files: ["typed.ts", "typed-browser.ts", "typed-react.ts"] }),
      ).toBe("");
    },
  );
});
