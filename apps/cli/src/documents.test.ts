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
  "docs/guides/devnet.md",
  "docs/guides/run-a-node.md",
  "docs/runbooks/README.md",
  "docs/runbooks/alarms.md",
  "docs/runbooks/data.md",
  "docs/runbooks/incident.md",
  "docs/runbooks/keys.md",
  "docs/runbooks/operating.md",
  "docs/runbooks/roles.md",
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
  const blocks = [...text.matchAll(/^```(?:sh|console)\n([\s\S]*?)^```/gm)].flatMap(([, block = ""]) =>
    block.split("\n").map((line) => line.replace(/^\$ /, "").replace(/\s+#.*$/, "")),
  );
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

/** Anchors of a document's headings. */
function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/g, "")
      .replaceAll(" ", "-"),
  );
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
      for (const word of words)
        if (/^--?[a-z]/.test(word) && word !== "--help") expect(options, `${line}: ${word}`).toContain(word);
    }
  });

  it("links to files and headings that there are", () => {
    const links = [...text.matchAll(/\]\(([^)#\s]*)(?:#([^)]*))?\)/g)].filter(
      ([, path]) => !/^https?:/.test(path ?? ""),
    );
    expect(links.length).toBeGreaterThan(0);
    for (const [link, path, anchor] of links) {
      const target = path ? join(REPOSITORY, dirname(document), path) : join(REPOSITORY, document);
      expect(existsSync(target), link).toBe(true);
      if (anchor !== undefined) expect(headingsOf(readFileSync(target, "utf8")), link).toContain(anchor);
    }
  });
});
