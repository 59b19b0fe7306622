import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { CairnError } from "@cairn/protocol";
import type { L1ErrorCode } from "./errors.ts";

/** A running development L1 node. */
export interface AnvilNode {
  readonly rpcUrl: string;
  readonly chainId: number;
  /** Resolves when the process has ended, for whatever reason. */
  readonly exited: Promise<void>;
  /** Ends the process and waits for its exit. */
  readonly stop: () => Promise<void>;
}

/** Settings of {@link startAnvil}. */
export interface AnvilOptions {
  /** TCP port on 127.0.0.1; 0, the default, picks a free one. */
  readonly port?: number;
  /** Default 31337, a known development chain. */
  readonly chainId?: number;
  /** Seconds between blocks; by default a block for each transaction. */
  readonly blockTimeSeconds?: number;
}

/**
 * Turns into the program, but first starts a watchdog that ends it when the parent is gone for whatever reason: the
 * pipe to its input closes then. A separate session shields it from the terminal's Ctrl-C, so that the parent decides.
 */
const GUARDED = `exec 3<&0; (read -r _ <&3; kill "$$") >/dev/null 2>&1 & exec "$0" "$@" </dev/null`;

const DEFAULT_CHAIN_ID = 31337;

/**
 * Starts anvil with its well-known prefunded accounts. Throws `l1/node-failed`, `l1/unsupported-platform`.
 *
 * @example
 * const anvil = await startAnvil({ blockTimeSeconds: 1 });
 * const reader = await connectToL1(anvil.rpcUrl);
 */
export async function startAnvil(options: AnvilOptions = {}): Promise<AnvilNode> {
  const chainId = options.chainId ?? DEFAULT_CHAIN_ID;
  const args = ["--host", "127.0.0.1", "--port", String(options.port ?? 0), "--chain-id", String(chainId)];
  if (options.blockTimeSeconds !== undefined) args.push("--block-time", String(options.blockTimeSeconds));
  // A chain loaded through the RPC arrives in one request.
  args.push("--no-request-size-limit");
  const child = spawn("/bin/sh", ["-c", GUARDED, anvilBinary(), ...args], {
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  child.stdin.on("error", () => undefined);
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => {
      child.stdin.destroy();
      resolve();
    });
  });
  const rpcUrl = await new Promise<string>((resolve, reject) => {
    let output = "";
    const fail = (reason: string) => {
      child.kill("SIGKILL");
      reject(new CairnError<L1ErrorCode>("l1/node-failed", `anvil ${reason}: ${output.slice(-500)}`));
    };
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const address = /Listening on (127\.0\.0\.1:\d+)/.exec(output)?.[1];
      if (address === undefined) return;
      resolve(`http://${address}`);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("error", (cause) => {
      reject(new CairnError<L1ErrorCode>("l1/node-failed", "anvil could not be started", { cause }));
    });
    child.once("exit", (code) => fail(`exited with ${code}`));
  });
  child.stdout.removeAllListeners("data").resume();
  child.stderr.removeAllListeners("data").resume();
  return {
    rpcUrl,
    chainId,
    exited,
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

function anvilBinary(): string {
  const require = createRequire(import.meta.resolve("@foundry-rs/anvil/package.json"));
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  try {
    return require.resolve(`@foundry-rs/anvil-${process.platform}-${architecture}/bin/anvil`);
  } catch (cause) {
    throw new CairnError<L1ErrorCode>("l1/unsupported-platform", `no anvil for ${process.platform} ${process.arch}`, {
      cause,
    });
  }
}
