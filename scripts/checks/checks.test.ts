import { describe, expect, it } from "vitest";
import { checkBrowsers } from "./browsers.ts";
import { checkCode } from "./code-rules.ts";
import { checkImportCycles } from "./import-cycles.ts";
import { parseImportTable } from "./import-table.ts";
import { checkImports } from "./imports.ts";
import { checkPurity } from "./purity.ts";
import { type Problem, type Repository, readRepository, type TextFile } from "./repository.ts";

const TABLE = `# Architecture
<!-- imports:begin -->
| package | may import | pure | browsers | tests may also import |
|---|---|---|---|---|
| \`base\` | – | yes | yes | – |
| \`tree\` | \`base\` | yes, except \`./disk\` | yes, except \`./disk\` | \`kit\` |
| \`kit\` | \`base\`, \`tree\` | no | no | – |
<!-- imports:end -->
`;

const manifest = (
  exports: Record<string, string>,
  dependencies: Record<string, string> = {},
  isPrivate = false,
): string => JSON.stringify({ private: isPrivate, exports, dependencies });

const BASE: Record<string, string> = {
  "ARCHITECTURE.md": TABLE,
  "package.json": JSON.stringify({ devDependencies: { vitest: "1" } }),
  "packages/base/package.json": manifest({ ".": "./src/index.ts" }, { "@noble/hashes": "1" }),
  "packages/base/src/index.ts": 'export { sha256 } from "@noble/hashes/sha2.js";',
  "packages/tree/package.json": manifest(
    { ".": "./src/index.ts", "./disk": "./src/disk.ts" },
    { "@cairn/base": "1", lmdb: "1" },
  ),
  "packages/tree/src/index.ts": 'import { sha256 } from "@cairn/base"; export const hash = sha256;',
  "packages/tree/src/disk.ts":
    'import { open } from "lmdb"; import "node:fs"; export const start = Date.now(); open({});',
  "packages/kit/package.json": manifest({ ".": "./src/index.ts" }, { "@cairn/tree": "1" }, true),
  "packages/kit/src/index.ts": 'import { start } from "@cairn/tree/disk"; console.log(start);',
};

function repositoryWith(changes: Record<string, string>): Repository {
  const files: TextFile[] = Object.entries({ ...BASE, ...changes }).map(([path, text]) => ({ path, text }));
  return readRepository(files);
}

const messages = (problems: readonly Problem[]): string[] => problems.map(({ message }) => message);
const importProblems = (changes: Record<string, string>): string[] => messages(checkImports(repositoryWith(changes)));
const cycles = (changes: Record<string, string>): string[] => messages(checkImportCycles(repositoryWith(changes)));
const purityProblems = (changes: Record<string, string>): string[] => messages(checkPurity(repositoryWith(changes)));
const browserProblems = (changes: Record<string, string>): string[] => messages(checkBrowsers(repositoryWith(changes)));
const codeProblems = (path: string, text: string): string[] => messages(checkCode({ path, text }).problems);

describe("the table", () => {
  it("accepts a repository that complies", () => {
    const repository = repositoryWith({});
    const problems = [checkImports, checkPurity, checkBrowsers].flatMap((check) => check(repository));
    expect([...repository.problems, ...problems]).toEqual([]);
  });

  it("refuses a row that imports upward, an unreadable one, and a missing table", () => {
    const rows = TABLE.replace("| `base` | – | yes |", "| `base` | `kit` | perhaps |");
    expect(messages(parseImportTable("A.md", rows).problems)).toEqual([
      "base may not import kit: not above it",
      "unreadable row: | `base` | `kit` | perhaps | yes | – |",
    ]);
    const old = TABLE.replace("| `base` | – | yes | yes | – |", "| `base` | – | yes | – |");
    expect(messages(parseImportTable("A.md", old).problems)).toEqual(["unreadable row: | `base` | – | yes | – |"]);
    expect(messages(parseImportTable("A.md", "# Nothing").problems)).toEqual([expect.stringMatching(/^no table/)]);
  });

  it("refuses a package without a row and a row without a package", () => {
    expect(importProblems({ "apps/new/src/index.ts": "export const a = 1;" })).toEqual([
      "the table has no row for new",
    ]);
    const withGhost = TABLE.replace("\n| `kit`", "\n| `ghost` | – | no | no | – |\n| `kit`");
    expect(importProblems({ "ARCHITECTURE.md": withGhost })).toEqual(["no code in ghost"]);
  });
});

describe("imports", () => {
  it.each([
    ["a static import", 'import { kit } from "@cairn/kit"; export const a = kit;'],
    ["a type import", 'import type { Kit } from "@cairn/kit"; export type A = Kit;'],
    ["a type expression", 'export type A = import("@cairn/kit").Kit;'],
    ["a re-export", 'export { kit } from "@cairn/kit";'],
    ["a star re-export", 'export * from "@cairn/kit";'],
    ["a dynamic import", 'export const a = () => import("@cairn/kit");'],
  ])("refuses an upward arrow by %s", (_way, text) => {
    expect(importProblems({ "packages/tree/src/index.ts": text })).toEqual(["tree may not import @cairn/kit"]);
  });

  it("allows tests to import what the last column lists and the root's development tools", () => {
    const text = 'import { kit } from "@cairn/kit"; import { it } from "vitest"; it("x", kit);';
    expect(importProblems({ "packages/tree/src/a.test.ts": text })).toEqual([]);
    expect(importProblems({ "packages/base/src/a.test.ts": text })).toEqual(["base may not import @cairn/kit"]);
    expect(importProblems({ "packages/base/src/a.ts": 'import "vitest";' })).toEqual([
      "vitest is not among the dependencies of packages/base/package.json",
    ]);
  });

  it("refuses another package's files, by name or by path, and a package's own name", () => {
    expect(importProblems({ "packages/kit/src/a.ts": 'import "@cairn/tree/src/node.ts";' })).toEqual([
      "@cairn/tree/src/node.ts is not exported by its package",
    ]);
    expect(importProblems({ "packages/kit/src/a.ts": 'import "../../tree/src/index.ts";' })).toEqual([
      "imports packages/tree/src/index.ts, a file of another package",
    ]);
    expect(importProblems({ "packages/kit/src/a.ts": 'import "@cairn/kit";' })).toEqual([
      "imports its own package by name: @cairn/kit",
    ]);
  });

  it("lets tests, and only tests, read golden vectors by path", () => {
    const text = 'import vectors from "../../../vectors/hash.json" with { type: "json" }; export const v = vectors;';
    expect(importProblems({ "packages/base/src/a.test.ts": text })).toEqual([]);
    expect(importProblems({ "packages/base/src/a.ts": text })).toHaveLength(1);
  });

  it("refuses a dependency in package.json that the table does not allow", () => {
    const changed = manifest({ ".": "./src/index.ts" }, { "@noble/hashes": "1", "@cairn/kit": "1" });
    expect(importProblems({ "packages/base/package.json": changed })).toEqual(["may not depend on @cairn/kit"]);
  });
});

describe("import cycles", () => {
  it("are refused within a package, including those of types only and of re-exports", () => {
    const files = {
      "packages/base/src/a.ts": 'import type { B } from "./deep/b.ts"; export type A = B | 1;',
      "packages/base/src/deep/b.ts": 'export { c as b } from "../c.ts"; export type B = 2;',
      "packages/base/src/c.ts": 'export const c = async () => (await import("./a.ts")).a;',
    };
    expect(cycles(files)).toEqual([
      "import cycle: packages/base/src/a.ts → packages/base/src/deep/b.ts → packages/base/src/c.ts → packages/base/src/a.ts",
    ]);
    expect(cycles({ ...files, "packages/base/src/c.ts": "export const c = 1;" })).toEqual([]);
  });

  it("are refused between packages", () => {
    expect(cycles({ "packages/base/src/index.ts": 'import { hash } from "@cairn/tree"; hash();' })).toEqual([
      "import cycle: packages/base/src/index.ts → packages/tree/src/index.ts → packages/base/src/index.ts",
    ]);
    expect(
      cycles({ "packages/tree/src/disk.ts": 'import type { A } from "@cairn/kit"; export const a: A = 1;' }),
    ).toEqual(["import cycle: packages/kit/src/index.ts → packages/tree/src/disk.ts → packages/kit/src/index.ts"]);
  });

  it("are refused when a file imports itself, and every cycle of a file is reported", () => {
    expect(cycles({ "packages/base/src/a.ts": 'import "./a.ts";' })).toEqual([
      "import cycle: packages/base/src/a.ts → packages/base/src/a.ts",
    ]);
    const many = {
      "packages/base/src/a.ts": 'import "./b.ts"; import "./c.ts";',
      "packages/base/src/b.ts": 'import "./a.ts";',
      "packages/base/src/c.ts": 'import "./a.ts";',
    };
    expect(cycles(many)).toEqual([
      "import cycle: packages/base/src/a.ts → packages/base/src/b.ts → packages/base/src/a.ts",
      "import cycle: packages/base/src/c.ts → packages/base/src/a.ts → packages/base/src/c.ts",
    ]);
  });
});

describe("purity", () => {
  it.each([
    ["node:fs", 'import "node:fs";'],
    ["lmdb", 'import "lmdb";'],
    ["@cairn/tree/disk", 'import "@cairn/tree/disk";'],
  ])("refuses an import of %s", (name, text) => {
    expect(purityProblems({ "packages/base/src/a.ts": text })).toEqual([`pure code imports ${name}`]);
  });

  it.each([
    ["process", "export const a = process.env.HOME;"],
    ["Date.now", "export const a = Date.now();"],
    ["new Date()", "export const a = new Date();"],
    ["Math.random", "export const a = Math.random();"],
    ["crypto.getRandomValues", "export const a = crypto.getRandomValues(new Uint8Array(1));"],
  ])("refuses %s", (name, text) => {
    expect(purityProblems({ "packages/base/src/a.ts": text })).toEqual([`pure code uses ${name}`]);
  });

  it("does not mistake a field of the same name for a global", () => {
    expect(purityProblems({ "packages/base/src/a.ts": "export const a = (x: { fetch: 1 }) => x.fetch;" })).toEqual([]);
  });

  it("follows imports from the entry: files that only an impure subpath reaches are free, those that both reach are not", () => {
    const helper = { "packages/tree/src/helper.ts": 'import "node:fs";' };
    const disk = { ...helper, "packages/tree/src/disk.ts": 'import "./helper.ts";' };
    expect(purityProblems(disk)).toEqual([]);
    expect(purityProblems({ ...disk, "packages/tree/src/index.ts": 'import "./helper.ts";' })).toHaveLength(1);
    expect(purityProblems(helper)).toHaveLength(1);
  });

  it("does not restrict tests of pure packages", () => {
    expect(purityProblems({ "packages/base/src/a.test.ts": 'import "node:fs"; console.log(Date.now());' })).toEqual([]);
  });

  it("refuses an exception that the package does not export", () => {
    const table = TABLE.replace("./disk", "./memory");
    expect(purityProblems({ "ARCHITECTURE.md": table })).toContain("does not export ./memory");
  });
});

describe("code for browsers", () => {
  it.each([
    ["node:fs", 'import "node:fs";'],
    ["fs", 'import "fs";'],
    ["node:fs", 'import type { Stats } from "node:fs"; export type S = Stats;'],
    ["node:net", 'export type S = import("node:net").Socket;'],
    ["node:crypto", 'export const a = () => import("node:crypto");'],
    ["node:crypto", 'export const a = require("node:crypto");'],
    ["lmdb", 'import "lmdb";'],
    ["@cairn/tree/disk", 'import "@cairn/tree/disk";'],
    ["@cairn/kit", 'import { kit } from "@cairn/kit"; kit();'],
  ])("refuses an import of %s", (name, text) => {
    expect(browserProblems({ "packages/base/src/a.ts": text })).toEqual([`code for browsers imports ${name}`]);
  });

  it.each([
    ["Buffer", "export const a = Buffer.from([1]);"],
    ["Buffer", "export const f = (bytes: Buffer) => bytes.length;"],
    ["NodeJS", "export type Timer = NodeJS.Timeout;"],
    ["process", "export const a = process.env.HOME;"],
    ["globalThis.process", "export const a = globalThis.process;"],
    ["global", "export const a = global;"],
    ["setImmediate", "setImmediate(() => {});"],
    ["import.meta.dirname", "export const a = import.meta.dirname;"],
  ])("refuses %s", (name, text) => {
    expect(browserProblems({ "packages/base/src/a.ts": text })).toEqual([`code for browsers uses ${name}`]);
  });

  it("may use what browsers have, and other browser packages", () => {
    const text =
      'import { hash } from "@cairn/tree"; export const a = () => fetch(import.meta.url); setTimeout(hash, 9); a().process;';
    expect(browserProblems({ "packages/tree/src/a.ts": text.replace("@cairn/tree", "@cairn/base") })).toEqual([]);
  });

  it("follows imports from the entry: what only an excepted subpath reaches is free, what both reach is not", () => {
    const disk = {
      "packages/tree/src/helper.ts": 'import "node:fs";',
      "packages/tree/src/disk.ts": 'import "./helper.ts";',
    };
    expect(browserProblems(disk)).toEqual([]);
    expect(browserProblems({ ...disk, "packages/tree/src/index.ts": 'import "./helper.ts";' })).toHaveLength(1);
  });

  it("is published, and nothing else is", () => {
    const exports = { ".": "./src/index.ts" };
    expect(browserProblems({ "packages/kit/package.json": manifest(exports) })).toEqual([
      "must be private: it is no library for browsers",
    ]);
    expect(browserProblems({ "packages/base/package.json": manifest(exports, {}, true) })).toEqual([
      "is private, but a library for browsers",
    ]);
  });

  it("restricts neither tests nor packages for Node, and refuses an exception that is not exported", () => {
    const files = { "packages/base/src/a.test.ts": 'import "node:fs";', "packages/kit/src/a.ts": "process.exit();" };
    expect(browserProblems(files)).toEqual([]);
    const table = TABLE.replace(
      "yes, except `./disk` | yes, except `./disk`",
      "yes, except `./disk` | yes, except `./net`",
    );
    expect(browserProblems({ "ARCHITECTURE.md": table })).toContain("does not export ./net");
  });
});

describe("rules for every file", () => {
  it("refuses Noir sources that are not ASCII: the compiler's messages would quote the wrong line", () => {
    expect(codeProblems("a.nr", "// a || b\nfn main() {}\n")).toEqual([]);
    expect(codeProblems("a.nr", "// plain\n// a ‖ b\n")).toEqual([
      "not ASCII: Noir's messages would quote the wrong line",
    ]);
  });

  it("refuses prose in Markdown beyond 120 columns, but not tables, code or a single word on its line", () => {
    const words = `${"word ".repeat(23)}word.`;
    expect(codeProblems("docs/a.md", `${words}\n`)).toEqual([]);
    expect(codeProblems("docs/a.md", `${words}${" ×".repeat(3)}`)).toEqual(["126 columns; wrap at 120"]);
    expect(codeProblems("docs/a.md", `| ${words} | ${words} |`)).toEqual([]);
    expect(codeProblems("docs/a.md", `text\n\`\`\`sh\n${words} ${words}\n\`\`\`\n`)).toEqual([]);
    expect(codeProblems("docs/a.md", `\`\`\`\ncode\n\`\`\`\n${words} ${words}`)).toHaveLength(1);
    expect(codeProblems("docs/a.md", `[x](${"y".repeat(150)})`)).toEqual([]);
  });

  it.each([
    ["throws a bare Error: throw one with a code", 'throw new Error("x");'],
    ["throws a bare Error: throw one with a code", 'throw Error("x");'],
    ["casts to any", "export const a = 1 as any;"],
    ["casts to never", "export const a = 1 as never;"],
    ["uses .only: every test must run", 'it.only("x", () => {});'],
    ["uses .skip: every test must run", 'describe.skip("x", () => {});'],
    ["uses .todo: every test must run", 'test.todo("x");'],
    ["uses .only: every test must run", 'it.concurrent.only("x", () => {});'],
    ["has a time-out of its own: leave it to the runner", 'it("x", { timeout: 9000 }, () => {});'],
    ["has a time-out of its own: leave it to the runner", 'it.each([1])("x", () => {}, 9000);'],
    ["has a time-out of its own: leave it to the runner", "beforeAll(() => {}, 9000);"],
  ])("refuses: %s", (message, text) => {
    expect(codeProblems("packages/base/src/a.test.ts", text)).toEqual([message]);
  });

  it("ignores the same words in strings, comments and other calls", () => {
    const text =
      '// throw new Error("x") as any\nexport const a = "it.only(1)";\nlist.skip(2);\nvi.waitFor(f, 9000);\nthrow new TreeError("x");';
    expect(codeProblems("packages/base/src/a.ts", text)).toEqual([]);
  });

  it("refuses unfinished work in every language", () => {
    const mark = ["TO", "DO"].join("");
    for (const path of ["src/main.nr", "src/Rollup.sol", "docs/a.md", "a.ts"]) {
      expect(codeProblems(path, `// ${mark} later`)).toEqual([`unfinished: ${mark}`]);
    }
  });

  it("notes a long file, refuses a very long one, and ignores generated ones", () => {
    const lines = (count: number): string => "// line\n".repeat(count);
    expect(checkCode({ path: "a.nr", text: lines(400) })).toEqual({ problems: [], notes: [] });
    expect(checkCode({ path: "a.nr", text: lines(401) }).notes).toHaveLength(1);
    expect(codeProblems("a.nr", lines(451))).toEqual(["451 lines; at most 400"]);
    expect(codeProblems("src/generated/a.sol", lines(451))).toEqual([]);
    expect(codeProblems("a.nr", `// Generated by a script\n${lines(451)}`)).toEqual([]);
  });

  it("refuses a file that is too large to commit", () => {
    expect(codeProblems("vectors/a.json", "1".repeat(300_001))).toEqual(["300001 bytes; at most 300000"]);
  });

  it("reports a file that does not parse", () => {
    expect(codeProblems("packages/base/src/a.ts", "const = 1;")).toHaveLength(1);
  });
});
