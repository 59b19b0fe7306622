/**
 * Loaded before a prover's own code (`node --import`): the first runs of `bb prove` misbehave, one for each name in
 * CAIRN_E2E_LIES, separated by commas; later runs are honest.
 */
import childProcess from "node:child_process";
import { syncBuiltinESMExports } from "node:module";
import { basename, join } from "node:path";

const LIAR = join(import.meta.dirname, "lying-bb.ts");
const lies = (process.env.CAIRN_E2E_LIES ?? "").split(",").filter((lie) => lie !== "");
const { spawn } = childProcess;

/** `bb` is the command itself or is started by a watchdog command. */
function spawnLiar(command: string, args: readonly string[], options: childProcess.SpawnOptions) {
  const words = [command, ...args];
  const at = words.findIndex((word, i) => basename(word) === "bb" && words[i + 1] === "prove");
  const lie = at < 0 ? undefined : lies.shift();
  if (lie === undefined) return spawn(command, args, options);
  const [first = "", ...rest] = words.toSpliced(at, 0, process.execPath, LIAR, lie);
  // Without this hook, which would otherwise be loaded again.
  return spawn(first, rest, { ...options, env: { ...process.env, NODE_OPTIONS: "" } });
}

Object.assign(childProcess, { spawn: spawnLiar });
syncBuiltinESMExports();
