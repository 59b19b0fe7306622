/**
 * Runs the rehearsal of docs/guides/exit-without-operator.md as it is written: its `sh` blocks in order, on a real
 * devnet with real proofs. Changed are only ports and the devnet's folder, so that it can run beside others, and that
 * commands are bundled.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { rollupAbi } from "@cairn/contracts";
import { connectReader, type L1Reader } from "@cairn/l1";
import { type Address, erc20Abi, parseEther } from "viem";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { commandFile } from "./support/commands.ts";

const REPOSITORY = join(import.meta.dirname, "..");
const GUIDE = join(REPOSITORY, "docs/guides/exit-without-operator.md");
const TERMINAL = "# terminal 1\n";
const GUIDE_URL = "http://127.0.0.1:8545";
const GUIDE_DATA = "./escape";
const PATIENCE_MS = 600_000;

interface Profile {
  readonly chainId: number;
  readonly rollup: Address;
  readonly l1RpcUrl: string;
  readonly tokens: readonly { readonly id: number; readonly address: Address; readonly symbol: string }[];
  readonly accounts: readonly { readonly name: string; readonly address: Address }[];
}

interface Terminal {
  readonly child: ChildProcess;
  readonly output: () => string;
}

const home = mkdtempSync(join(tmpdir(), "cairn-guide-"));
const env = {
  ...process.env,
  CAIRN_HOME: join(home, "cairn"),
  PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
};
const blocks = [...readFileSync(GUIDE, "utf8").matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = ""]) => block);

let terminal: Terminal | null = null;
let profile: Profile;

/** Starts a command as a terminal would, in its own process group. */
function open(script: string): Terminal {
  const child = spawn("sh", ["-e", "-c", script], {
    cwd: REPOSITORY,
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const read = (chunk: Buffer): void => {
    text += chunk.toString();
  };
  child.stdout?.on("data", read);
  child.stderr?.on("data", read);
  return { child, output: () => text };
}

/** Sends Ctrl-C, which goes to all processes of the terminal; waits until the last has ended. */
async function interrupt({ child, output }: Terminal): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const closed = once(child, "close");
  process.kill(-child.pid, "SIGINT");
  await closed;
  expect(output()).toMatch(/stopping …\s*$/);
}

/** The block with free ports and a temporary folder, and with a bundle of each command but the devnet's. */
function adapted(block: string): string {
  const ports = "--l1-port 0 --api-port 0 --metrics-port 0";
  const command = `${process.execPath} ${commandFile("cairn", "real")}`;
  return block
    .replaceAll(/npx cairn (?!devnet)/g, `${command} `)
    .replaceAll(GUIDE_URL, profile?.l1RpcUrl ?? GUIDE_URL)
    .replaceAll(`--data ${GUIDE_DATA}`, `--data ${join(home, "escape")} ${ports}`);
}

async function serve(block: string): Promise<string> {
  if (terminal !== null) await interrupt(terminal);
  const opened = open(adapted(block.slice(TERMINAL.length)));
  terminal = opened;
  await vi.waitFor(
    () => {
      expect(opened.child.exitCode, opened.output()).toBeNull();
      expect(opened.output()).toMatch(/Ctrl-C ends/);
    },
    { timeout: PATIENCE_MS, interval: 200 },
  );
  profile = JSON.parse(readFileSync(join(env.CAIRN_HOME, "profile.json"), "utf8"));
  return opened.output();
}

async function runToEnd(block: string): Promise<string> {
  const opened = open(adapted(block));
  const [code] = await once(opened.child, "close");
  expect(code, `${block}\n${opened.output()}`).toBe(0);
  return opened.output();
}

const addressOf = (name: string): Address => {
  const found = profile.accounts.find((account) => account.name === name);
  if (found === undefined) throw new TypeError(`no ${name}`);
  return found.address;
};

describe("the guide on leaving without the operator", () => {
  const outputs: string[] = [];
  let reader: L1Reader;
  let usd: Address;
  let bobsDollars: bigint;
  let carolsEther: bigint;

  const custody = (tokenId: number) =>
    reader.readContract({ address: profile.rollup, abi: rollupAbi, functionName: "custody", args: [tokenId] });
  const dollars = (owner: Address) =>
    reader.readContract({ address: usd, abi: erc20Abi, functionName: "balanceOf", args: [owner] });

  beforeAll(async () => {
    for (const block of blocks) {
      outputs.push(block.startsWith(TERMINAL) ? await serve(block) : await runToEnd(block));
      if (outputs.length > 1) continue;
      reader = connectReader(profile.l1RpcUrl, profile.chainId);
      usd = profile.tokens.find(({ symbol }) => symbol === "USD")?.address ?? "0x";
      bobsDollars = await dollars(addressOf("bob"));
      carolsEther = await reader.getBalance({ address: addressOf("carol") });
    }
    reader = connectReader(profile.l1RpcUrl, profile.chainId);
  }, 3 * PATIENCE_MS);

  afterAll(async () => {
    if (terminal !== null) await interrupt(terminal);
    rmSync(home, { recursive: true, force: true });
  });

  it("shows the same after the restoration as the operator's node did before", () => {
    const [, atWork = "", , restored = ""] = outputs;
    const line = /^67 +([0-9.]+) ETH .*$/m;
    expect(line.exec(restored)?.[0]).toBe(line.exec(atWork)?.[0]);
    expect(Number(line.exec(restored)?.[1])).toBeGreaterThan(3.4);
    expect(restored).toMatch(/ 1\.5 ETH /);
    expect(restored).toContain("with the contract at L1 block");
  });

  it("leads from a frozen rollup to an empty one", async () => {
    const told = outputs.join("\n");
    for (const words of [
      /frozen +at state root/,
      /DRY RUN +nothing sent/,
      /accounts +1, 3\.4/,
      /entries +1, 0\.0001 ETH/,
    ]) {
      expect(told).toMatch(words);
    }
    expect(outputs.at(-1)).toContain("No payout is left to pay.");
    expect(outputs.at(-1)).toContain("nothing to claim in ETH");
    for (const tokenId of [0, ...profile.tokens.map(({ id }) => id)]) expect(await custody(tokenId)).toBe(0n);
  });

  it("has paid everyone", async () => {
    expect(await dollars(addressOf("bob"))).toBe(bobsDollars);
    const gained = (await reader.getBalance({ address: addressOf("carol") })) - carolsEther;
    expect(gained).toBeGreaterThan(parseEther("1.49"));
    expect(gained).toBeLessThan(parseEther("1.5"));
  });
});
