import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CairnError } from "@cairn/protocol";
import type { BenchErrorCode } from "../errors.ts";

/** A node in a separate process. */
export interface NodeProcess {
  readonly pid: number;
  /** Where its API listens. */
  readonly url: string;
  readonly metricsUrl: string;
  readonly logFile: string;
  /** Stops it and waits. Throws `bench/node-failed` when it did not end cleanly. */
  readonly stop: () => Promise<void>;
  /** Kills it if it still runs. */
  readonly kill: () => void;
}

const MAIN = join(import.meta.dirname, "../../../apps/node/src/main.ts");
const START_TIMEOUT_MS = 120_000;

/** Starts a node with these settings and waits until it listens. Throws `bench/node-failed`. */
export async function startNode(
  settings: Readonly<Record<string, string>>,
  logFile: string,
  nodeFlags: readonly string[],
): Promise<NodeProcess> {
  const child = spawn(process.execPath, [...nodeFlags, MAIN], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...settings },
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
    return new CairnError<BenchErrorCode>(
      "bench/node-failed",
      `the node ${reason}; see ${logFile}: ${output.slice(-500)}`,
    );
  };
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!output.includes("node started")) {
    if (child.exitCode !== null) throw fail(`ended with ${child.exitCode}`);
    if (Date.now() > deadline) throw fail("did not start in time");
    await delay(50);
  }
  const [url, metricsUrl] = [/"api":"([^"]+)"/, /"metrics":"([^"]+)"/].map((form) => form.exec(output)?.[1]);
  if (child.pid === undefined || url === undefined || metricsUrl === undefined)
    throw fail("does not say where it listens");
  return {
    pid: child.pid,
    url,
    metricsUrl,
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
