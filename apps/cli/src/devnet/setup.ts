import { spawn } from "node:child_process";
import { join } from "node:path";
import type { SrsKind } from "@cairn/contracts";
import type { LastCircuit } from "@cairn/protocol";
import { REPOSITORY } from "../checkout.ts";
import { cliError } from "../errors.ts";

/** Builds that the devnet needs, in order; each has its own cache by content. */
const BUILDS = ["packages/circuits/scripts/build.ts", "packages/contracts/scripts/build.ts"] as const;

/**
 * Compiles what is missing or out of date: circuits, keys, verifiers, contracts, the development SRS; the Ignition SRS
 * is downloaded. Takes a second when nothing is to be done. Throws `cli/setup-failed`, `cli/interrupted`.
 */
export async function ensureBuilt(options: {
  readonly circuits: readonly LastCircuit[];
  readonly srs: SrsKind;
  readonly cacheDir: string;
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { circuits, srs } = options;
  for (const script of BUILDS) {
    const args = script.includes("circuits") ? ["--circuits", circuits.join(","), "--srs", srs] : [];
    await build(script, { ...options, args });
  }
}

/**
 * Builds the pages unless the cache has them; resolves to their folder. Throws `cli/setup-failed`, `cli/interrupted`.
 */
export async function ensurePages(options: Omit<BuildOptions, "args">): Promise<string> {
  const output = await build("apps/web/scripts/build.ts", { ...options, args: ["--cached"] });
  return output.trimEnd().split("\n").at(-1) ?? "";
}

interface BuildOptions {
  readonly args: readonly string[];
  readonly cacheDir: string;
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Runs a script to its end; resolves to what it printed. */
async function build(script: string, { args, cacheDir, progress, signal }: BuildOptions): Promise<string> {
  const child = spawn(process.execPath, [join(REPOSITORY, script), ...args], {
    cwd: REPOSITORY,
    env: { ...process.env, CAIRN_CACHE_DIR: cacheDir },
    stdio: ["ignore", "pipe", "pipe"],
    signal,
  });
  let output = "";
  const read = (chunk: Buffer): void => {
    output += chunk.toString();
    const lines = chunk.toString().split("\n").filter(Boolean);
    for (const line of lines) if (!/^\/|cached$/.test(line)) progress(`  ${line}`);
  };
  child.stdout.on("data", read);
  child.stderr.on("data", read);
  const code = await new Promise<number | null>((resolve) => {
    child.once("error", () => resolve(null));
    child.once("close", resolve);
  });
  if (code === 0) return output;
  if (signal.aborted) throw cliError("cli/interrupted", "stopped during the set-up");
  throw cliError("cli/setup-failed", `${script} failed: ${output.slice(-2000)}`, { details: { script, code } });
}
