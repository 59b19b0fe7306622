import { isCairnError } from "@cairn/protocol";
import { cacheDirOf } from "./checkout.ts";
import type { Context } from "./context.ts";
import { cliError } from "./errors.ts";
import { table } from "./output.ts";

const STDERR = 2;

/**
 * Runs a node until it is stopped or fails. Prints its addresses on stdout; its log goes to stderr as JSON lines.
 * Throws `cli/usage` for bad settings, and what the node throws.
 */
export async function runNodeProcess(
  { output, terminal, signal }: Context,
  args: readonly string[],
  overrides: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { createNode, createNodeLogger, loadConfig } = await import("@cairn/node");
  // A relative default would depend on where the command is started.
  const env = { ...terminal.env, CAIRN_CACHE_DIR: cacheDirOf(terminal), ...overrides };
  const config = settingsOf(() => loadConfig(env, args));
  const node = createNode(config, { logger: createNodeLogger(config.logLevel, STDERR) });
  const asked = new Promise<null>((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener("abort", () => resolve(null), { once: true });
  });
  const started = node.start().then(() => {
    const urls = node.urls();
    const { roles } = config;
    const rows = Object.entries(urls).flatMap(([name, url]) => (url === null ? [] : [[name, url]]));
    output.result({ data: { roles, urls }, text: table([["roles", roles.join(", ")], ...rows]) });
  });
  const failure = await Promise.race([started.then(() => Promise.race([node.failed, asked])), asked]);
  await node.stop();
  if (failure !== null) throw failure;
}

function settingsOf<T>(load: () => T): T {
  try {
    return load();
  } catch (error) {
    if (!isCairnError(error, "node/bad-config")) throw error;
    throw cliError("cli/usage", error.message, { cause: error, details: error.details });
  }
}
