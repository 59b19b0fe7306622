import type { Candidate, Place } from "./tree.ts";

/** Shells with completion scripts. */
export const SHELLS = ["bash", "zsh", "fish"] as const;

/** A shell. */
export type Shell = (typeof SHELLS)[number];

/** Completion script of a command tree. */
export function completionScript(shell: Shell, places: readonly Place[]): string {
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell](places);
}

function bashScript(places: readonly Place[]): string {
  return `# Completion of cairn for bash: eval "$(cairn completion bash)"
_cairn() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" at="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$at \${COMP_WORDS[i]}" in
      ${knownPaths(places)}) at="$at \${COMP_WORDS[i]}" ;;
    esac
  done
  case "$at $before" in
${valueCases(places, (choices) => `COMPREPLY=($(compgen -W "${choices.join(" ")}" -- "$current")); return`)}
  esac
  local words=""
  case "$at" in
${placeCases(places, (words) => `words="${words.map(({ word }) => word).join(" ")}"`)}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _cairn cairn
`;
}

function zshScript(places: readonly Place[]): string {
  return `#compdef cairn
# Completion of cairn for zsh: eval "$(cairn completion zsh)"
_cairn() {
  local at="" i
  local -a candidates
  for ((i = 2; i < CURRENT; i++)); do
    case "$at \${words[i]}" in
      ${knownPaths(places)}) at="$at \${words[i]}" ;;
    esac
  done
  case "$at \${words[CURRENT-1]}" in
${valueCases(places, (choices) => `candidates=(${choices.map(quoted).join(" ")}); _describe value candidates; return`)}
  esac
  case "$at" in
${placeCases(places, (words) => `candidates=(${words.map(({ word, text }) => quoted(`${word}:${text.replaceAll(":", "\\:")}`)).join(" ")})`)}
  esac
  _describe cairn candidates || _files
}
compdef _cairn cairn
`;
}

function fishScript(places: readonly Place[]): string {
  const lines = places.flatMap((place) => {
    const here = `-n ${quoted(`__cairn_at ${quoteInner(place.path)}`)}`;
    return [
      ...place.commands.map(({ word, text }) => `complete -c cairn -f ${here} -a ${word} -d ${quoted(text)}`),
      ...place.argumentChoices.map((word) => `complete -c cairn -f ${here} -a ${word}`),
      ...place.options.map(({ word, text }) => {
        const name = word.startsWith("--") ? `-l ${word.slice(2)}` : `-s ${word.slice(1)}`;
        const value = place.values.find(({ flag }) => flag === word);
        const choices = value === undefined ? "" : ` -x -a ${quoted(value.choices.join(" "))}`;
        return `complete -c cairn ${here} ${name}${choices} -d ${quoted(text)}`;
      }),
    ];
  });
  return `# Completion of cairn for fish: cairn completion fish | source
function __cairn_at
  set -l at ""
  set -l before (commandline -opc)
  for word in $before[2..]
    switch "$at $word"
      case ${pathsOf(places).map(quoted).join(" ")}
        set at "$at $word"
    end
  end
  test (string trim -- "$at") = "$argv"
end
${lines.join("\n")}
`;
}

function pathsOf(places: readonly Place[]): string[] {
  return places.filter(({ path }) => path !== "").map(({ path }) => ` ${path}`);
}

function knownPaths(places: readonly Place[]): string {
  return pathsOf(places)
    .map((path) => `"${path}"`)
    .join("|");
}

function placeCases(places: readonly Place[], assign: (words: readonly Candidate[]) => string): string {
  return places
    .map((place) => {
      const choices = place.argumentChoices.map((word) => ({ word, text: "" }));
      const words = [...place.commands, ...choices, ...place.options];
      return `    "${place.path === "" ? "" : ` ${place.path}`}") ${assign(words)} ;;`;
    })
    .join("\n");
}

function valueCases(places: readonly Place[], answer: (choices: readonly string[]) => string): string {
  const cases = places.flatMap(({ path, values }) =>
    values.map(({ flag, choices }) => `    "${path === "" ? "" : ` ${path}`} ${flag}") ${answer(choices)} ;;`),
  );
  return [...cases, "    *) ;;"].join("\n");
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "’")}'`;
}

function quoteInner(path: string): string {
  return path === "" ? '""' : path;
}
