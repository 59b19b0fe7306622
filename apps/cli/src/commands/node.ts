import { listSettings } from "@cairn/node/config";
import { addExamples, addJsonOption, type Host } from "../host.ts";
import { addSettingOptions, settingArguments } from "../node-options.ts";
import { runNodeProcess } from "../node-process.ts";

/** `cairn node`: a rollup node, until stopped. */
export function addNodeCommand({ program, serve }: Host): void {
  const settings = listSettings();
  const command = program.command("node").description("run a rollup node: sequencer, watcher, prover, publisher, API");
  addSettingOptions(command, settings, "Settings, each also available as the named variable:");
  addJsonOption(command);
  addExamples(
    command,
    "cairn node --chain-id 1 --rollup 0x… --l1-rpc-url http://localhost:8545 --fee-owner 0x…",
    "cairn node --roles sequencer,watcher,api --database-url postgres://…",
  );
  serve(command, (context) => runNodeProcess(context, settingArguments(command, settings)));
}
