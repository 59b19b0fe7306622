/**
 * Loaded before a prover's own code (`node --import`): its first runs of `bb prove` are lies, one for each name in
 * CAIRN_E2E_LIES, separated by commas; later runs are honest.
 */
import childProcess from "node:child_process";
import { syncBuiltinESMExports } from "node:module";
import { basename, join } from "node:path";

const LIAR = join(import.meta.dirname, "lying-bb.ts");
const lies = (process.env.CAIRN_E2E_LIES ?? "").split(",").filter((lie) => lie !== "");
const { spawn } = childProcess;

function spawnLiar(command: string, args: readonly string[], options: childProcess.SpawnOptions) {
  const lie = basename(command) === "bb" && args[0] === "prove" ? lies.shift() : undefined;
  if (lie === undefined) return spawn(command, args, options);
  // Without the hook of this file, which would be loaded again.
  const env = { ...process.env, NODE_OPTIONS: "" };
  return spawn(process.execPath, [LIAR, lie, command, ...args], { ...options, env });
}

Object.assign(childProcess, { spawn: spawnLiar });
syncBuiltinESMExports();
