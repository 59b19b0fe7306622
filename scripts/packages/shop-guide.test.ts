/** Runs docs/guides/accept-a-payment-in-ten-minutes.md as it is written, on a devnet with stand-in proofs. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { firstDocument, startCairn } from "../../e2e/support/cairn-command.ts";
import { commandFile } from "../../e2e/support/commands.ts";
import { freePort } from "../../e2e/support/index.ts";
import { root } from "../lib/workspace.ts";
import type { Project } from "./project.ts";
import { createShop, outputOf } from "./shop-project.ts";

const COMMAND = `${process.execPath} ${commandFile("cairn", "real")}`;
/** In the shop's folder, which has no command `cairn` of its own. */
const READERS_COMMAND = "npm exec --prefix ~/cairn -- cairn";
const GUIDE = readFileSync(join(root, "docs/guides/accept-a-payment-in-ten-minutes.md"), "utf8");

describe("the guide to a paid order", () => {
  const home = mkdtempSync(join(tmpdir(), "cairn-guide-shop-"));
  let project: Project;
  let devnet: ChildProcess;
  let shop: ChildProcess;
  let env: Record<string, string | undefined>;
  let url: string;

  const spawnShell = (script: string): ChildProcess =>
    spawn("sh", ["-e", "-c", script], { cwd: project.folder, env, stdio: ["ignore", "pipe", "pipe"] });
  /** Runs the nth block of commands; resolves to what it prints. */
  const follow = async (place: number): Promise<string> => {
    const blocks = [...GUIDE.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = ""]) => block);
    const script = (blocks[place] ?? "").replaceAll(READERS_COMMAND, COMMAND).replaceAll("http://127.0.0.1:3000", url);
    return outputOf(spawnShell(script));
  };

  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const cairn = { CAIRN_HOME: join(home, "cairn") };
    devnet = startCairn(["devnet", "--l1-port", "0", "--api-port", "0", "--metrics-port", "0"], cairn, "stand-in");
    const [{ urls }, created] = await Promise.all([
      firstDocument<{ urls: { api: string; l1: string } }>(devnet),
      createShop(),
    ]);
    project = created;
    const path = `${dirname(process.execPath)}:${process.env.PATH}`;
    // The devnet's ports are others than in the guide.
    const ports = { SHOP_NODE: urls.api, SHOP_RPC: urls.l1, SHOP_PORT: `${port}`, SHOP_URL: url };
    env = { ...process.env, ...cairn, ...ports, PATH: path };
  });
  afterAll(async () => {
    for (const child of [shop, devnet]) {
      if (child?.exitCode !== null) continue;
      const ended = once(child, "close");
      child.kill("SIGINT");
      await ended;
    }
    project?.remove();
    rmSync(home, { recursive: true, force: true });
  });

  it("names a command that a reader of the checkout has, and none that only the checkout's folder has", async () => {
    const blocks = [...GUIDE.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = ""]) => block).join("");
    expect(blocks).toContain(READERS_COMMAND);
    expect(blocks).not.toContain("npx cairn");
    const command = READERS_COMMAND.replace("~/cairn", root);
    expect(await outputOf(spawnShell(`${command} --version`))).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it("comes from nothing to a paid order, and pays suppliers and withdraws", async () => {
    await follow(0);
    expect(await follow(1)).toMatch(/confirmed|proven|final/);
    shop = spawnShell("exec node --env-file=.env server/main.js");
    const [said] = await once(shop.stdout ?? shop, "data");
    expect(String(said)).toMatch(/^shop: http:\/\/127\.0\.0\.1:\d+, account \d+\n$/);
    expect(await follow(2)).toMatch(/"state":"(?:paid|final)"/);
    expect(await follow(3)).toMatch(/(?:confirmed|proven|final): 1[\s\S]*(?:paid|final)\n$/);
  });
});
