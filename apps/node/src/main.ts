import { isCairnError } from "@cairn/protocol";
import { pino } from "pino";
import { configHelp, loadConfig } from "./config/config.ts";
import { loggerOptions } from "./logger.ts";
import { createNode } from "./node.ts";

const args = process.argv.slice(2);

if (args.includes("--help") || args.includes("-h")) {
  process.stdout.write(configHelp());
} else {
  process.exitCode = await run();
}

async function run(): Promise<number> {
  const logger = pino(loggerOptions(process.env.CAIRN_LOG_LEVEL ?? "info"));
  try {
    const config = loadConfig(process.env, args);
    const node = createNode(config, { logger: pino(loggerOptions(config.logLevel)) });
    const asked = new Promise<null>((resolve) => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve(null));
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
