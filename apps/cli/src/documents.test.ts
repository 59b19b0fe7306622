import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { describe, expect, it } from "vitest";
import { createProgram } from "./cli.ts";

const REPOSITORY = join(import.meta.dirname, "../../..");
/** Documents with commands to run. */
const MANUALS = [
  "README.md",
  "SECURITY.md",
  "apps/cli/README.md",
  "docs/trust.md",
  "docs/guides/accept-a-payment-in-ten-minutes.md",
  "docs/guides/build-a-wallet.md",
  "docs/guides/exit-without-operator.md",
  "docs/guides/run-your-own-verifier.md",
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
/** Documents that link to other documents. */
const INDEXES = ["ARCHITECTURE.md", "docs/adr/README.md", "docs/faults.md", "docs/spec/README.md"] as const;
/** The table of attacks, and where the files that it names are. */
const ATTACKS = "docs/spec/attacks.md";
const ATTACK_FOLDERS = ["", "packages", "apps", "packages/circuits/test", "packages/contracts/test"] as const;
const DOCUMENTS = globSync(["*.md", "docs/**/*.md", "{apps,packages}/*/*.md", "{bench,vectors}/*.md"], {
  cwd: REPOSITORY,
}).sort();

const program = createProgram({
  stdout() {},
  stderr() {},
  env: {},
  signal: AbortSignal.any([]),
  askSecret: null,
}).program;

const read = (document: string): string => readFileSync(join(REPOSITORY, document), "utf8");
const withoutBlocks = (text: string): string => text.replaceAll(/^```[\s\S]*?^```/gm, "");

/** Everything in a document that is formatted as code. */
function codeIn(text: string): string[] {
  const blocks = [...text.matchAll(/^```(?:sh|console)\n([\s\S]*?)^```/gm)].flatMap(([, block = ""]) =>
    block.split("\n").map((line) => line.replace(/^\$ /, "").replace(/\s+#.*$/, "")),
  );
  const spans = [...withoutBlocks(text).matchAll(/`([^`\n]+)`/g)].map(([, span = ""]) => span);
  return [...blocks, ...spans];
}

/** Command lines of `cairn` in a document, as words after the name. */
function commandsIn(text: string): string[][] {
  return codeIn(text).flatMap((code) => {
    const words = /^(?:npx |npm exec --prefix \S+ -- )?cairn (?!--help$)(.+)$/.exec(code)?.[1];
    return words === undefined ? [] : [words.split(" ")];
  });
}

/** Links of a document to this repository: the whole link, the file, the heading. */
function linksIn(text: string): RegExpExecArray[] {
  const links = withoutBlocks(text).matchAll(/\]\(([^)#\s]*)(?:#([^)]*))?\)/g);
  return [...links].filter(([, path]) => !/^https?:/.test(path ?? ""));
}

/** Anchors of a document's headings. */
function headingsOf(text: string): string[] {
  return [...withoutBlocks(text).matchAll(/^#+ (.+)$/gm)].map(([, title = ""]) =>
    title
      .toLowerCase()
      .replaceAll(/[^a-z0-9 -]/g, "")
      .replaceAll(" ", "-"),
  );
}

/** Files with tests that a text names, each with the titles or functions that follow it. */
function testsIn(text: string): { readonly file: string; readonly titles: readonly string[] }[] {
  const [, ...parts] = text.split(/`([^`\n]+\.(?:ts|sol))`/);
  return parts.flatMap((file, i) => {
    if (i % 2 === 1) return [];
    const titles = (parts[i + 1] ?? "").matchAll(/"([^"\n]+)"|\b((?:test|invariant)(?:Fuzz)?_\w+)/g);
    return [{ file, titles: [...titles].map(([, title, name]) => title ?? name ?? "") }];
  });
}

/** Whether a file has a test of this title, or with a title that contains it; null when there is no such file. */
function hasTest(file: string, title: string): boolean | null {
  const folder = ATTACK_FOLDERS.find((folder) => existsSync(join(REPOSITORY, folder, file)));
  if (folder === undefined) return null;
  const source = read(join(folder, file));
  if (file.endsWith(".sol")) return source.includes(`function ${title}(`);
  const literals = source.matchAll(/"(?:[^"\\\n]|\\.)*"|`[^`\n]*`/g);
  return [...literals].some(([literal]) => literal.includes(title));
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

describe("commands", () => {
  it.each(MANUALS)("are found in %s", (document) => {
    expect(commandsIn(read(document)).length).toBeGreaterThan(0);
  });

  it.each(DOCUMENTS)("of %s exist, with their options", (document) => {
    for (const words of commandsIn(read(document))) {
      const line = `cairn ${words.join(" ")}`;
      const command = findCommand(words);
      expect(command?.commands.length, line).toBe(0);
      const options = command?.options.flatMap(({ short, long }) => [short, long]);
      for (const word of words)
        if (/^--?[a-z]/.test(word) && word !== "--help") expect(options, `${line}: ${word}`).toContain(word);
    }
  });
});

describe("links", () => {
  it.each([...MANUALS, ...INDEXES])("are found in %s", (document) => {
    expect(linksIn(read(document)).length).toBeGreaterThan(0);
  });

  it.each(DOCUMENTS)("of %s lead to existing files and headings", (document) => {
    for (const [link, path, anchor] of linksIn(read(document))) {
      const target = path ? join(REPOSITORY, dirname(document), path) : join(REPOSITORY, document);
      expect(existsSync(target), link).toBe(true);
      if (anchor !== undefined) expect(headingsOf(readFileSync(target, "utf8")), link).toContain(anchor);
    }
  });
});

describe(`tests named in ${ATTACKS}`, () => {
  const rows = read(ATTACKS)
    .split("\n")
    .filter((line) => /^\| (?!Attack )/.test(line));
  const testsOf = (row: string) => testsIn(row.slice(row.lastIndexOf(" | ")));

  it("are in every line but those that only documentation can answer", () => {
    const bare = rows.filter((row) => testsOf(row).every(({ titles }) => titles.length === 0));
    expect(bare).toEqual([expect.stringMatching(/ \| documentation: [^|]+ \|$/)]);
    expect(rows.length).toBeGreaterThan(100);
  });

  it("exist, each with its title", () => {
    for (const { file, titles } of rows.flatMap(testsOf))
      for (const title of titles) expect(hasTest(file, title), `${file}: ${title}`).toBe(true);
  });

  it("are in files that exist", () => {
    for (const { file } of testsIn(read(ATTACKS))) expect(hasTest(file, ""), file).not.toBeNull();
  });
});
