import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CairnError } from "@cairn/protocol";
import type { BenchErrorCode } from "../errors.ts";
import { type FamilyMember, readFamily } from "./usage.ts";

/** What one part of an idle devnet used. */
export interface DevnetPart {
  readonly name: string;
  readonly cpuSeconds: number;
  /** Its share of the memory: what processes have in common counts in parts, so that sums are right. */
  readonly bytes: number;
}

/** What an idle devnet used. */
export interface DevnetFigures {
  readonly seconds: number;
  readonly parts: readonly DevnetPart[];
}

const REPOSITORY = join(import.meta.dirname, "../../..");
const START_TIMEOUT_MS = 300_000;
/** Time for memory used by the start to be freed; the measurement also waits for the first proof, of the initial accounts. */
const SETTLE_MS = 60_000;
const PROVER = "bb";
/** Parts by what their command lines hold, in the order of the table. */
const PARTS: readonly (readonly [name: string, mark: string])[] = [
  ["node with every role", "src/main.ts"],
  ["L1 (anvil)", "anvil"],
  ["npm and the wrapper", ""],
];

/** Measures `npm run devnet` without transactions. Throws `bench/node-failed`. */
export async function measureDevnet(cacheDir: string, seconds: number): Promise<DevnetFigures> {
  const folder = await mkdtemp(join(cacheDir, "bench-devnet-"));
  const ports = ["--l1-port", "0", "--api-port", "0", "--metrics-port", "0"];
  const args = ["run", "devnet", "--", "--json", ...ports, "--profile", join(folder, "profile.json")];
  const npm = spawn("npm", args, { cwd: REPOSITORY, stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<void>((resolve) => npm.once("close", () => resolve()));
  try {
    await waitUntilReady(npm);
    await delay(SETTLE_MS);
    while ((await readFamily(npm.pid ?? 0)).some(({ name }) => name === PROVER)) await delay(1000);
    const before = await readFamily(npm.pid ?? 0);
    const startMs = performance.now();
    await delay(seconds * 1000);
    const after = await readFamily(npm.pid ?? 0);
    return { seconds: (performance.now() - startMs) / 1000, parts: partsOf(before, after) };
  } finally {
    // It passes the signal on and waits for the rest to end, which npm's shell would not.
    const wrapper = (await readFamily(npm.pid ?? 0)).find(({ command }) => command.startsWith("node scripts/run.mjs"));
    process.kill(wrapper?.pid ?? npm.pid ?? 0, "SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true });
  }
}

async function waitUntilReady(npm: ChildProcess): Promise<void> {
  let output = "";
  for (const stream of [npm.stdout, npm.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      if (output.length < 100_000) output += chunk.toString();
    });
  }
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!output.includes("secondsToReady")) {
    if (npm.exitCode !== null || Date.now() > deadline) {
      throw new CairnError<BenchErrorCode>("bench/node-failed", `the devnet did not start: ${output.slice(-500)}`);
    }
    await delay(200);
  }
}

/** Shells and what watches over the parts belong to the first part whose mark they bear. */
function partOf(command: string): string {
  return PARTS.find(([, mark]) => command.includes(mark))?.[0] ?? "";
}

function partsOf(before: readonly FamilyMember[], after: readonly FamilyMember[]): DevnetPart[] {
  const earlier = new Map(before.map(({ pid, cpuSeconds }) => [pid, cpuSeconds]));
  return PARTS.map(([name]) => {
    const members = after.filter(({ command }) => partOf(command) === name);
    const sum = (of: (member: FamilyMember) => number): number =>
      members.reduce((total, member) => total + of(member), 0);
    return {
      name,
      cpuSeconds: sum(({ pid, cpuSeconds }) => cpuSeconds - (earlier.get(pid) ?? 0)),
      bytes: sum(({ proportionalBytes }) => proportionalBytes),
    };
  });
}
