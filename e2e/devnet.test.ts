/**
 * `cairn devnet` as its users run it: a process, its ports, its files, the other commands in a second terminal; with
 * real proofs. CAIRN_DEVNET_READY_SECONDS is how long it may take to start: 20 on an idle machine, which a test machine
 * is not.
 */
import type { ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectReader } from "@cairn/l1";
import type { RouteResponse } from "@cairn/rpc";
import { afterAll, describe, expect, it, vi } from "vitest";
import { type CairnProcess, cleanEnv, startProcess } from "./support/cairn-process.ts";
import { CAIRN, commandFile } from "./support/commands.ts";

const L1_GAS = JSON.parse(readFileSync(join(import.meta.dirname, "../apps/node/l1-gas.json"), "utf8"));
const READY_SECONDS = Number(process.env.CAIRN_DEVNET_READY_SECONDS ?? 240);
const FREE_PORTS = ["--l1-port", "0", "--api-port", "0", "--metrics-port", "0"];
/** The operator, who is listed first, has one in ETH and in each token. */
const OPERATORS_ACCOUNTS = 3;
const PATIENCE_MS = 240_000;

const home = mkdtempSync(join(tmpdir(), "cairn-e2e-devnet-"));
const dataDir = join(home, "data");
const env = cleanEnv({ CAIRN_HOME: home });
const children = new Set<ChildProcess>();

interface Ready {
  readonly urls: { readonly l1: string; readonly api: string; readonly metrics: string };
  readonly contracts: { readonly rollup: `0x${string}` };
  readonly accounts: readonly { readonly name: string; readonly address: string }[];
  readonly profile: string;
  readonly isContinued: boolean;
  readonly secondsToReady: number;
}

function cairn(...args: readonly string[]): CairnProcess {
  const started = startProcess(args, env, args[0] === "devnet" ? CAIRN : commandFile("cairn", "real"));
  children.add(started.child);
  return started;
}

/** Runs a command to its end and returns its JSON document. */
async function command<T>(...args: readonly string[]): Promise<T> {
  const run = cairn(...args, "--json");
  const code = await run.ended;
  expect({ args, code, stderr: run.stderr() }).toEqual({ args, code: 0, stderr: "" });
  return JSON.parse(run.stdout()) as T;
}

async function startDevnet(...args: readonly string[]): Promise<CairnProcess & { readonly ready: Ready }> {
  const run = cairn("devnet", "--json", ...FREE_PORTS, ...args);
  const ready = (await run.firstDocument) as Ready | null;
  if (ready === null || "error" in ready) expect.unreachable(`the devnet ended: ${run.stdout()}${run.stderr()}`);
  return { ...run, ready };
}

/** This process and its descendants. */
function familyOf(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^[0-9]+$/.test(name)) continue;
    const parent = statusOf(Number(name))?.parent;
    if (parent !== undefined) parents.set(Number(name), parent);
  }
  const family = [pid];
  for (const member of family) {
    for (const [child, parent] of parents) if (parent === member && !family.includes(child)) family.push(child);
  }
  return family;
}

function isRunning(pid: number): boolean {
  const state = statusOf(pid)?.state;
  return state !== undefined && state !== "Z";
}

function statusOf(pid: number): { readonly parent: number; readonly state: string } | null {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return { state: fields[0] ?? "", parent: Number(fields[1]) };
  } catch {
    return null;
  }
}

async function expectGone(pids: readonly number[]): Promise<void> {
  await vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), { timeout: 20_000, interval: 100 });
}

interface Held {
  readonly root: string;
  readonly lastBlock: number;
  readonly balances: readonly { readonly index: number; readonly balance: string }[];
}

/** Everyone's balances according to the node. */
async function readHeld({ urls, accounts }: Ready): Promise<Held> {
  const get = async <T>(path: string): Promise<T> => (await (await fetch(`${urls.api}${path}`)).json()) as T;
  const { root, lastBlock } = await get<RouteResponse<"rollup">>("/v1/rollup");
  const balances: { readonly index: number; readonly balance: string }[] = [];
  for (const { address } of accounts) {
    const { accounts: own } = await get<RouteResponse<"accounts">>(`/v1/accounts?owner=${address}`);
    balances.push(...own.map(({ index, balance }) => ({ index, balance })));
  }
  return { root, lastBlock, balances };
}

/** Starts a devnet on the directory, which must fail. */
async function expectRefused(args: readonly string[], reason: string): Promise<void> {
  const run = cairn("devnet", "--json", ...FREE_PORTS, ...args);
  expect(await run.ended).toBe(2);
  expect(JSON.parse(run.stdout()).error).toMatchObject({
    code: "cli/bad-data-dir",
    message: expect.stringContaining(reason),
  });
}

describe("cairn devnet", () => {
  afterAll(() => {
    for (const child of children) if (child.exitCode === null) child.kill("SIGKILL");
    rmSync(home, { recursive: true, force: true });
  });

  it("starts in time, carries money to finality, ends at Ctrl-C, and continues where it was", {
    timeout: 4 * PATIENCE_MS,
  }, async () => {
    const first = await startDevnet("--data", dataDir);
    expect(first.ready.secondsToReady).toBeLessThan(READY_SECONDS);
    expect(first.ready.isContinued).toBe(false);
    await command("deposit", "2", "ETH", "--key", "alice", "--wait", "confirmed");
    const bob = first.ready.accounts.find(({ name }) => name === "bob")?.address ?? "";
    await command("transfer", "0.5", "ETH", bob, "--key", "alice", "--wait", "final");
    const paid = await command<object>("withdraw", "0.25", "ETH", bob, "--key", "alice", "--wait", "paid");
    expect(JSON.stringify(paid)).toContain("paid");
    await expectGasAsRecorded(first.ready);
    expect(await (await fetch(first.ready.urls.metrics)).text()).toContain("cairn_blocks_sealed_total");

    const before = await readHeld(first.ready);
    expect(before.balances.length).toBeGreaterThanOrEqual(5);
    const family = familyOf(first.child.pid ?? 0);
    expect(family.length).toBeGreaterThan(1);
    first.child.kill("SIGINT");
    expect(await first.ended).toBe(0);
    await expectGone(family);
    expect(existsSync(first.ready.profile)).toBe(false);

    const second = await startDevnet("--data", dataDir);
    expect(second.ready.isContinued).toBe(true);
    expect(second.ready.contracts).toEqual(first.ready.contracts);
    expect(await readHeld(second.ready)).toEqual(before);
    await expectRefused(["--data", dataDir], "process");

    const { id } = await command<{ readonly id: string }>(
      ...["transfer", "0.125", "ETH", bob, "--key", "alice", "--wait", "confirmed"],
    );
    const during = await readHeld(second.ready);
    const orphans = familyOf(second.child.pid ?? 0);
    // The devnet itself: at the end of the command that started it, it would stop in good order.
    process.kill(Number(readFileSync(join(dataDir, "devnet.pid"), "utf8")), "SIGKILL");
    await second.ended;
    await expectGone(orphans);

    const third = await startDevnet("--data", dataDir);
    // The operator's balances grow by the fees of a block when it is sealed, which the crash may have come before.
    const operators = before.balances.slice(0, OPERATORS_ACCOUNTS).map(({ index }) => index);
    const others = ({ balances }: Held) => balances.filter(({ index }) => !operators.includes(index));
    expect(others(await readHeld(third.ready))).toEqual(others(during));
    await command("tx", id, "--wait", "final");
    third.child.kill("SIGHUP");
    expect(await third.ended).toBe(0);
    await expectRefused(["--data", dataDir, "--slots", "64"], "16 slots");
  });

  it("says which port is taken, and what to do", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", () => resolve()));
    const address = other.address();
    const port = typeof address === "object" && address !== null ? String(address.port) : "";
    const run = cairn("devnet", "--json", "--l1-port", "0", "--metrics-port", "0", "--api-port", port);
    expect(await run.ended).toBe(2);
    expect(JSON.parse(run.stdout()).error).toMatchObject({
      code: "cli/port-taken",
      message: expect.stringContaining("--api-port"),
    });
    await new Promise((resolve) => other.close(resolve));
  });
});

/** The gas of this devnet's batches is what fees are computed from, within a few percent. */
async function expectGasAsRecorded({ urls }: Ready): Promise<void> {
  const { batches } = (await (await fetch(`${urls.api}/v1/batches`)).json()) as RouteResponse<"batches">;
  const hashes = batches.flatMap(({ l1Transaction }) => (l1Transaction === null ? [] : [l1Transaction]));
  expect(hashes.length).toBeGreaterThan(0);
  const reader = connectReader(urls.l1, 31337);
  for (const hash of hashes) {
    const { gasUsed } = await reader.getTransactionReceipt({ hash: hash as `0x${string}` });
    expect(Number(gasUsed) / L1_GAS.batch[16]).toBeGreaterThan(0.9);
    expect(Number(gasUsed) / L1_GAS.batch[16]).toBeLessThan(1.1);
  }
}
