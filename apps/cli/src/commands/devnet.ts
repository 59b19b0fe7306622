import { resolve } from "node:path";
import { SOLO_SIZES, type SoloSize } from "@cairn/protocol";
import { InvalidArgumentError, Option } from "commander";
import { DEVNET_ENV } from "../../bin/devnet-process.mjs";
import { cacheDirOf } from "../checkout.ts";
import type { CommonOptions, Context } from "../context.ts";
import type { DevnetDeps } from "../devnet/deps.ts";
import { addExamples, addJsonOption, type Host } from "../host.ts";
import { defaultProfilePath } from "../profile.ts";

interface DevnetFlags {
  readonly slots: SoloSize;
  readonly data?: string;
  readonly l1Port: number;
  readonly apiPort: number;
  readonly metricsPort: number;
  readonly l1BlockTime: number;
  readonly blockTime: number;
  readonly logLevel: string;
  readonly profile?: string;
  readonly node: boolean;
  readonly pages?: boolean;
}

const DEFAULTS = { l1Port: 8545, apiPort: 8080, metricsPort: 9090, l1BlockTime: 1, blockTime: 2 };
const LOG_LEVELS = ["trace", "debug", "info", "warn", "error"];
const MAX_PORT = 65_535;
const MAX_BLOCK_TIME = 3600;
const MS_PER_SECOND = 1000;

/** `cairn devnet`: L1, contracts and a node with real proofs in one process, until stopped. */
export function addDevnetCommand({ program, serve }: Host, { devnet }: { readonly devnet?: DevnetDeps }): void {
  const command = program
    .command("devnet")
    .description("run an L1, the contracts and a node with real proofs on this machine")
    .option("--slots <number>", `slots of a block: ${SOLO_SIZES.join(", ")}`, parseSlots, SOLO_SIZES[0])
    .option("--data <dir>", "keep everything there, and continue an earlier devnet; by default nothing is kept")
    .option("--l1-port <port>", "port of the L1's RPC; 0 picks a free one", parsePort, DEFAULTS.l1Port)
    .option("--api-port <port>", "port of the node's API; 0 picks a free one", parsePort, DEFAULTS.apiPort)
    .option("--metrics-port <port>", "port of the node's metrics; 0 picks a free one", parsePort, DEFAULTS.metricsPort)
    .option("--l1-block-time <seconds>", "time between L1 blocks", parseSeconds, DEFAULTS.l1BlockTime)
    .option(
      "--block-time <seconds>",
      "longest time that a block accepts transactions",
      parseSeconds,
      DEFAULTS.blockTime,
    )
    .addOption(new Option("--log-level <level>", "lowest severity in the log file").choices(LOG_LEVELS).default("info"))
    .option("--pages", "serve explorer and wallet at the API's address; builds them when needed")
    .option("--no-node", "only the L1, as if the operator were gone; with --data of an earlier devnet")
    .option("--profile <file>", "file with addresses and keys for the other commands (CAIRN_PROFILE)");
  addJsonOption(command);
  addExamples(command, "cairn devnet", "cairn devnet --data ./my-devnet --slots 64", "cairn devnet --json --l1-port 0");
  serve(command, (context, flags: DevnetFlags & CommonOptions) => runDevnet(context, flags, devnet));
}

async function runDevnet(
  context: Context,
  flags: DevnetFlags & CommonOptions,
  deps: DevnetDeps | undefined,
): Promise<void> {
  const { output, terminal, signal } = context;
  // This process has read them; the prover, which it starts, is quicker without.
  for (const name of Object.keys(DEVNET_ENV)) delete process.env[name];
  const { startDevnet } = await import("../devnet/run.ts");
  const { readyResult } = await import("../devnet/ready.ts");
  const devnet = await startDevnet(
    {
      slots: flags.slots,
      l1Port: flags.l1Port,
      apiPort: flags.apiPort,
      metricsPort: flags.metricsPort,
      dataDir: flags.data ?? null,
      l1BlockTimeMs: flags.l1BlockTime * MS_PER_SECOND,
      blockTimeMs: flags.blockTime * MS_PER_SECOND,
      logLevel: flags.logLevel,
      hasNode: flags.node,
      hasPages: flags.pages === true,
      cacheDir: cacheDirOf(terminal),
      profilePath: resolve(flags.profile ?? defaultProfilePath(terminal)),
    },
    { progress: output.progress, signal },
    deps,
  );
  output.result(readyResult(devnet.ready));
  const stopped = new Promise<null>((done) => {
    if (signal.aborted) done(null);
    else signal.addEventListener("abort", () => done(null), { once: true });
  });
  const failure = await Promise.race([devnet.failed, stopped]);
  output.progress("stopping …");
  await devnet.stop();
  if (failure !== null) throw failure;
}

function parseSlots(text: string): SoloSize {
  const slots = SOLO_SIZES.find((size) => String(size) === text);
  if (slots !== undefined) return slots;
  throw new InvalidArgumentError(`one of ${SOLO_SIZES.join(", ")}`);
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^[0-9]{1,5}$/.test(text) && port <= MAX_PORT) return port;
  throw new InvalidArgumentError(`a port from 0 to ${MAX_PORT}`);
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (/^[0-9]+(\.[0-9]+)?$/.test(text) && seconds > 0 && seconds <= MAX_BLOCK_TIME) return seconds;
  throw new InvalidArgumentError(`seconds, more than 0 and at most ${MAX_BLOCK_TIME}`);
}
