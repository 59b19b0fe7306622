import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { createProgram } from "./cli.ts";

const REPOSITORY = join(import.meta.dirname, "../../..");
const DOCUMENTS = [
  "docs/trust.md",
  "docs/guides/exit-without-operator.md",
  "docs/guides/verify-deployment.md",
] as const;

const program = createProgram({
  stdout() {},
  stderr() {},
  env: {},
  signal: AbortSignal.any([]),
  askSecret: null,
}).program;

/** Everything in a document that is written as code. */
function codeIn(text: string): string[] {
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block = ""]) => block.split("\n"));
  const spans = [...text.replaceAll(/^```[\s\S]*?^```/gm, "").matchAll(/`([^`\n]+)`/g)].map(([, span = ""]) => span);
  return [...blocks, ...spans];
}

/** Command lines of `cairn` in a document, as words after the name. */
function commandsIn(text: string): string[][] {
  return codeIn(text).flatMap((code) => {
    const words = /^(?:npx )?cairn (.+)$/.exec(code)?.[1];
    return words === undefined ? [] : [words.split(" ")];
  });
}

function findCommand(words: readonly string[]): Command | null {
  let found = program;
  for (const word of words) {
    const next = found.commands.find((command) => command.name() === word);
    if (next === undefined) break;
    found = next;
  }
  return found === program ? null : found;
}

describe.each(DOCUMENTS)("%s", (document) => {
  const text = readFileSync(join(REPOSITORY, document), "utf8");

  it("names commands and options that there are", () => {
    const lines = commandsIn(text);
    expect(lines.length).toBeGreaterThan(0);
    for (const words of lines) {
      const line = `cairn ${words.join(" ")}`;
      const command = findCommand(words);
      expect(command?.commands.length, line).toBe(0);
      const options = command?.options.flatMap(({ short, long }) => [short, long]);
      for (const word of words) if (word.startsWith("-")) expect(options, `${line}: ${word}`).toContain(word);
    }
  });

  it("links to files that there are", () => {
    const links = [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, path = ""]) => path);
    expect(links.length).toBeGreaterThan(0);
    for (const path of links.filter((link) => !/^https?:/.test(link))) {
      expect(existsSync(join(REPOSITORY, dirname(document), path)), path).toBe(true);
    }
  });
});
