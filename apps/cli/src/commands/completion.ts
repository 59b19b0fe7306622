import { Argument } from "commander";
import { completionScript, SHELLS, type Shell } from "../completion/scripts.ts";
import { commandPlaces } from "../completion/tree.ts";
import { addExamples, addJsonOption, type Host } from "../host.ts";

/** `cairn completion`: a script for shell completion of commands and options. */
export function addCompletionCommand({ program, run }: Host): void {
  const command = program
    .command("completion")
    .description("print a shell's completion script")
    .addArgument(new Argument("<shell>", "which shell").choices(SHELLS));
  addJsonOption(command);
  addExamples(command, 'eval "$(cairn completion bash)"', "cairn completion fish | source");
  run(command, async (_context, _options, shell: Shell) => {
    const script = completionScript(shell, commandPlaces(program));
    return { data: { shell, script }, text: script.trimEnd() };
  });
}
