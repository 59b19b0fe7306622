import type { Command, Option } from "commander";

/** A possible completion and its meaning. */
export interface Candidate {
  readonly word: string;
  readonly text: string;
}

/** One place in the command tree: what may follow it. */
export interface Place {
  /** Words after `cairn`, joined by spaces; empty for the program. */
  readonly path: string;
  readonly commands: readonly Candidate[];
  readonly options: readonly Candidate[];
  /** Values of options and arguments with a fixed set. */
  readonly values: readonly { readonly flag: string; readonly choices: readonly string[] }[];
  readonly argumentChoices: readonly string[];
}

/** Every place of a command tree, the program first. */
export function commandPlaces(command: Command, path: readonly string[] = []): Place[] {
  const visible = command.createHelp().visibleCommands(command);
  const options = command.createHelp().visibleOptions(command);
  const place = {
    path: path.join(" "),
    commands: visible.map((sub) => ({ word: sub.name(), text: firstLine(sub.description()) })),
    options: options.flatMap((option) =>
      namesOf(option).map((word) => ({ word, text: firstLine(option.description) })),
    ),
    values: options.flatMap((option) =>
      namesOf(option).flatMap((flag) =>
        option.argChoices === undefined ? [] : [{ flag, choices: option.argChoices }],
      ),
    ),
    argumentChoices: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
  };
  const below = visible
    .filter((sub) => sub.name() !== "help")
    .flatMap((sub) => commandPlaces(sub, [...path, sub.name()]));
  return [place, ...below];
}

function namesOf({ short, long }: Option): string[] {
  return [short, long].filter((name) => name !== undefined);
}

function firstLine(text: string): string {
  return text.split("\n")[0] ?? "";
}
