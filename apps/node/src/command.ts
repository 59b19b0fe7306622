import { isCairnError } from "@cairn/protocol";
import { pino } from "pino";
import { configHelp, loadConfig } from "./config/config.ts";
import { loggerOptions } from "./logger.ts";
import { createNode, type NodeDeps } from "./node.ts";
import { onStopSignal } from "./stop-signals.ts";

/** Runs the node until it is asked to stop or fails; resolves with the exit code. `deps` are for tests. */
export async function runCommand(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  deps: NodeDeps = {},
): Promise<number> {
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(configHelp());
    return 0;
  }
  const logger = pino(loggerOptions(env.CAIRN_LOG_LEVEL ?? "info"));
  try {
    const config = loadConfig(env, args);
    const node = createNode(config, { logger: pino(loggerOptions(config.logLevel)), ...deps });
    const asked = new Promise<null>((resolve) => {
      onStopSignal(["SIGINT", "SIGTERM"], () => resolve(null));
    });
    const started = node.start();
    const failure = await Promise.race([started.then(() => Promise.race([node.failed, asked])), asked]);
    await node.stop();
    if (failure === null) return 0;
    logger.fatal({ err: failure }, "node failed");
    return 1;
  } catch (error) {
    if (isCairnError(error, "node/bad-config")) process.stderr.write(`${error.message}\n\nSee --help.\n`);
    else logger.fatal({ err: error }, "node did not start");
    return 1;
  }
}
