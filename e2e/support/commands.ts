import { join } from "node:path";

/** Whether nodes make real proofs, which cost seconds of both cores, or stand-in proofs. */
export type Proofs = "real" | "stand-in";

const SOURCES = {
  node: join(import.meta.dirname, "../../apps/node/src/main.ts"),
  "stand-in-node": join(import.meta.dirname, "stand-in-node.ts"),
  cairn: join(import.meta.dirname, "../../apps/cli/src/main.ts"),
  "stand-in-cairn": join(import.meta.dirname, "stand-in-cairn.ts"),
};
/** A command that tests start, with the product's proofs or with stand-in proofs. */
type Command = "node" | "cairn";

/**
 * The file of a command: in a test run a bundle of its sources (`scripts/testing/commands.ts`), which starts in a
 * quarter of the time, else the sources.
 */
export function commandFile(command: Command, proofs: Proofs): string {
  const name = proofs === "real" ? command : (`stand-in-${command}` as const);
  const folder = process.env.CAIRN_TEST_COMMANDS;
  return folder === undefined ? SOURCES[name] : join(folder, `${name}.mjs`);
}

/** The `cairn` command as users start it. */
export const CAIRN = join(import.meta.dirname, "../../apps/cli/bin/cairn.mjs");
