import type { Command } from "commander";

const BEGIN = "<!-- commands:begin -->";
const END = "<!-- commands:end -->";

/** The table of all commands, in Markdown. */
export function commandTable(program: Command): string {
  const rows = leaves(program, []).map(({ path, command }) => {
    const words = ["cairn", ...path, command.usage().replace("[options]", "").trim()].join(" ").trim();
    return `| \`${words.replaceAll("|", "\\|")}\` | ${command.description()} |`;
  });
  return ["| Command | Does |", "|---|---|", ...rows].join("\n");
}

/** The document with the table between its markers regenerated. */
export function withCommandTable(document: string, program: Command): string {
  const [before, rest = ""] = document.split(BEGIN);
  const [, after] = rest.split(END);
  return `${before}${BEGIN}\n\n${commandTable(program)}\n\n${END}${after}`;
}

function leaves(
  command: Command,
  path: readonly string[],
): { readonly path: readonly string[]; readonly command: Command }[] {
  return command.commands.flatMap((sub) => {
    const at = [...path, sub.name()];
    return sub.commands.length === 0 ? [{ path: at, command: sub }] : leaves(sub, at);
  });
}
