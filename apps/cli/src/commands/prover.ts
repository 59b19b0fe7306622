import { listSettings } from "@cairn/node/config";
import { addExamples, addJsonOption, type Host } from "../host.ts";
import { addSettingOptions, settingArguments } from "../node-options.ts";
import { runNodeProcess } from "../node-process.ts";

/** Settings that a prover uses. */
const USED: readonly string[] = [
  "DATABASE_URL",
  "CAIRN_PROVERS",
  "CAIRN_PROVER_MEMORY_MB",
  "CAIRN_CACHE_DIR",
  "CAIRN_SRS",
  "CAIRN_HOST",
  "CAIRN_METRICS_PORT",
  "CAIRN_LOG_LEVEL",
];

/** `cairn prover`: makes proofs for a node elsewhere, until stopped. */
export function addProverCommand({ program, serve }: Host): void {
  const settings = listSettings().filter(({ env }) => USED.includes(env));
  const command = program.command("prover").description("make proofs for a node that shares its database");
  addSettingOptions(command, settings, "Settings, each also available as the named variable:");
  addJsonOption(command);
  addExamples(command, "DATABASE_URL=postgres://… cairn prover", "cairn prover --provers 2 --prover-memory-mb 8000");
  serve(command, (context) => {
    return runNodeProcess(context, settingArguments(command, settings), { CAIRN_ROLES: "prover" });
  });
}
