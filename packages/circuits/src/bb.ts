import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { setPriority } from "node:os";
import { dirname, join } from "node:path";
import { CairnError } from "@cairn/protocol";
import type { CircuitsErrorCode } from "./errors.ts";

/** Output and resource use of a run of the prover binary. */
export interface BbResult {
  readonly stdout: string;
  readonly seconds: number;
  /** Peak resident memory in bytes; null where the system does not report it. */
  readonly peakBytes: number | null;
}

/** The SRS for keys and proofs. */
export interface Srs {
  /** `dev` proofs are forgeable: its secret is public. */
  readonly kind: "dev" | "ignition";
  /** Folder of the files, as bb reads them. */
  readonly dir: string;
}

/**
 * Who verifies a proof, which decides its transcript's hash: `evm` a Solidity verifier (Keccak), `recursion` another
 * circuit (Poseidon2). Keys and proofs of one are of no use to the other.
 */
export type ProofTarget = "evm" | "recursion";

/** How the prover binary runs. */
export interface BbOptions {
  /** `evm` by default. */
  readonly target?: ProofTarget;
  readonly signal?: AbortSignal | undefined;
  /** Priority, 0 … 19; the higher, the lower the priority. */
  readonly nice?: number;
}

/** Without zero knowledge: a block keeps nothing from those who verify its proof but signatures, which no one needs to hide. */
const TARGETS: Readonly<Record<ProofTarget, string>> = { evm: "evm-no-zk", recursion: "noir-recursive-no-zk" };
const SCHEME = ["--scheme", "ultra_honk"];
const MEMORY_POLL_MS = 50;

/**
 * Turns into the program, but first starts a watchdog that ends it when the parent is gone for whatever reason: the
 * pipe to its input closes then. A separate session shields it from the terminal's Ctrl-C: the abort signal ends it.
 */
const GUARDED = `exec 3<&0; (read -r _ <&3; kill -9 "$$") >/dev/null 2>&1 & exec "$0" "$@" </dev/null`;

/** Path of the native prover for this machine, from the bb.js package. Throws `circuits/no-prover`. */
export function bbPath(): string {
  const cpu = process.arch === "arm64" ? "arm64" : "amd64";
  const system = process.platform === "darwin" ? "macos" : "linux";
  const require = createRequire(import.meta.url);
  const path = join(dirname(require.resolve("@aztec/bb.js")), "..", "..", "build", `${cpu}-${system}`, "bb");
  if (!existsSync(path)) {
    throw new CairnError<CircuitsErrorCode>("circuits/no-prover", `no prover binary at ${path}`);
  }
  return path;
}

/** Runs `bb`. Throws `circuits/no-prover`, `circuits/prover-failed`, `circuits/aborted`. */
export async function runBb(
  args: readonly string[],
  { target = "evm", signal, nice = 0 }: BbOptions = {},
): Promise<BbResult> {
  if (signal?.aborted) throw aborted(signal.reason);
  const startMs = performance.now();
  const command = [bbPath(), ...args, "-t", TARGETS[target], ...SCHEME];
  const child = spawn("/bin/sh", ["-c", GUARDED, ...command], { stdio: "pipe", detached: true });
  if (nice > 0 && child.pid !== undefined) lowerPriority(child.pid, nice);
  child.stdin.on("error", () => undefined);
  child.once("exit", () => child.stdin.destroy());
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output.stderr = (output.stderr + text).slice(-4000);
  });
  let peakBytes: number | null = null;
  const poll = setInterval(async () => {
    peakBytes = (await peakMemory(child.pid)) ?? peakBytes;
  }, MEMORY_POLL_MS);
  const stop = (): void => {
    child.kill("SIGKILL");
  };
  signal?.addEventListener("abort", stop, { once: true });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    if (signal?.aborted) throw aborted(signal.reason);
    if (code !== 0) {
      throw new CairnError<CircuitsErrorCode>("circuits/prover-failed", `bb ${args[0]} ended with ${code}`, {
        details: { args, code, stderr: output.stderr },
      });
    }
    return { stdout: output.stdout, seconds: (performance.now() - startMs) / 1000, peakBytes };
  } finally {
    clearInterval(poll);
    signal?.removeEventListener("abort", stop);
  }
}

/**
 * Lowers the priority of a process and, where the system shares the processor by session, of its session. Failure is
 * ignored: a proof at full priority is still a proof.
 */
function lowerPriority(pid: number, nice: number): void {
  try {
    setPriority(pid, nice);
    if (existsSync(`/proc/${pid}/autogroup`)) writeFileSync(`/proc/${pid}/autogroup`, String(nice));
  } catch {}
}

async function peakMemory(pid: number | undefined): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}

function aborted(reason: unknown): CairnError<CircuitsErrorCode> {
  return new CairnError<CircuitsErrorCode>("circuits/aborted", "stopped by the caller", { cause: reason });
}
