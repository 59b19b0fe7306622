import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CairnError } from "@cairn/protocol";
import type { BenchErrorCode } from "../errors.ts";

/** A process of a node, whatever its roles. */
export interface RunningProcess {
  readonly pid: number;
  readonly logFile: string;
  /** Stops it and waits. Throws `bench/node-failed` when it did not end cleanly. */
  readonly stop: () => Promise<void>;
  /** Kills it if it still runs. */
  readonly kill: () => void;
}

/** A node with an API in a separate process. */
export interface NodeProcess extends RunningProcess {
  /** Where its API listens. */
  readonly url: string;
  readonly metricsUrl: string;
  /** Seals the open block, which a node without a prover would keep open for minutes. Throws `bench/node-failed`. */
  readonly sealBlock: () => Promise<void>;
}

const MAIN = join(import.meta.dirname, "../../../apps/node/src/main.ts");
/** Of the admin operations, which listen on this machine only. */
const ADMIN_TOKEN = randomBytes(16).toString("hex");
const START_TIMEOUT_MS = 120_000;
const URLS = /"(api|metrics|admin)":"([^"]+)"/g;

/** Starts a node with these settings and waits until it listens. Throws `bench/node-failed`. */
export async function startNode(
  settings: Readonly<Record<string, string>>,
  logFile: string,
  nodeFlags: readonly string[],
): Promise<NodeProcess> {
  const { started, ...running } = await startProcess(settings, logFile, nodeFlags);
  const urls = new Map([...started.matchAll(URLS)].map(([, name, url]) => [name, url]));
  const [url, metricsUrl, adminUrl] = [urls.get("api"), urls.get("metrics"), urls.get("admin")];
  if (url === undefined || metricsUrl === undefined || adminUrl === undefined) {
    running.kill();
    throw failed("does not say where it listens", logFile, started);
  }
  return {
    ...running,
    url,
    metricsUrl,
    sealBlock: async () => {
      const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
      const { ok, status } = await fetch(new URL("/v1/blocks/seal", adminUrl), { method: "POST", headers });
      if (!ok) throw new CairnError<BenchErrorCode>("bench/node-failed", `the open block cannot be sealed: ${status}`);
    },
  };
}

/**
 * Starts a process of a node with these settings and waits until it says that it has started; `started` is what it printed
 * until then. Throws `bench/node-failed`.
 */
export async function startProcess(
  settings: Readonly<Record<string, string>>,
  logFile: string,
  nodeFlags: readonly string[],
): Promise<RunningProcess & { readonly started: string }> {
  const child = spawn(process.execPath, [...nodeFlags, MAIN], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      CAIRN_ADMIN_PORT: "0",
      CAIRN_ADMIN_TOKEN: ADMIN_TOKEN,
      ...settings,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log = createWriteStream(logFile);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      log.write(chunk);
      if (output.length < 100_000) output += chunk.toString();
    });
  }
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const kill = (): void => {
    child.kill("SIGKILL");
  };
  process.once("exit", kill);
  const fail = (reason: string): CairnError<BenchErrorCode> => {
    kill();
    return failed(reason, logFile, output);
  };
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!output.includes("node started")) {
    if (child.exitCode !== null) throw fail(`ended with ${child.exitCode}`);
    if (Date.now() > deadline) throw fail("did not start in time");
    await delay(50);
  }
  return {
    pid: child.pid ?? 0,
    started: output,
    logFile,
    kill,
    stop: async () => {
      child.kill("SIGTERM");
      const code = await exited;
      process.off("exit", kill);
      log.end();
      if (code !== 0) throw fail(`ended with ${code}`);
    },
  };
}

function failed(reason: string, logFile: string, output: string): CairnError<BenchErrorCode> {
  return new CairnError<BenchErrorCode>(
    "bench/node-failed",
    `the node ${reason}; see ${logFile}: ${output.slice(-500)}`,
  );
}
