import { type ImportRule, parseImportTable } from "./import-table.ts";
import { parseSource, type Source } from "./source.ts";

/** A problem in a file; `line` counts from 1, 0 stands for the whole file. */
export type Problem = { readonly file: string; readonly line: number; readonly message: string };

/** The role of a file: tests and scripts may use more than shipped code. */
export type Role = "source" | "test" | "script";

/** A workspace (or the `vectors` folder) with its own row in the table of allowed imports. */
export type Workspace = {
  readonly name: string;
  readonly folder: string;
  readonly manifest: Manifest;
  readonly rule: ImportRule | undefined;
  readonly sources: readonly (Source & { readonly role: Role })[];
};

/** The fields of a package.json that are read here; `exports` maps a subpath to a file. */
export type Manifest = {
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
};

/** A file's content, with its path from the root of the repository. */
export type TextFile = { readonly path: string; readonly text: string };

/** The parsed repository that every check reads. */
export type Repository = {
  readonly workspaces: readonly Workspace[];
  readonly files: readonly TextFile[];
  readonly rootManifest: Manifest;
  readonly rules: readonly ImportRule[];
  readonly problems: readonly Problem[];
};

const WORKSPACE_FOLDER = /^(?:(?:packages|apps)\/([^/]+)|(bench|e2e|vectors))\//;
const NAMESPACE = "@cairn/";

/** Builds the repository from its text files, which must include ARCHITECTURE.md and every package.json. */
export function readRepository(files: readonly TextFile[]): Repository {
  const byPath = new Map(files.map((file) => [file.path, file.text]));
  const manifestAt = (path: string): Manifest => JSON.parse(byPath.get(path) ?? "{}");
  const { rules, problems } = parseImportTable("ARCHITECTURE.md", byPath.get("ARCHITECTURE.md") ?? "");

  const folders = new Map<string, { name: string; files: TextFile[] }>();
  for (const file of files) {
    const match = WORKSPACE_FOLDER.exec(file.path);
    if (!match || !/\.tsx?$/.test(file.path)) continue;
    const folder = match[0].slice(0, -1);
    const entry = folders.get(folder) ?? { name: match[1] ?? match[2] ?? "", files: [] };
    entry.files.push(file);
    folders.set(folder, entry);
  }
  const workspaces = [...folders].map(([folder, entry]) => ({
    name: entry.name,
    folder,
    manifest: manifestAt(`${folder}/package.json`),
    rule: rules.find((rule) => rule.name === entry.name),
    sources: entry.files.map((file) => ({ ...parseSource(file), role: roleOf(folder, file.path) })),
  }));
  const syntax = workspaces.flatMap(({ sources }) => sources.flatMap((source) => source.problems));
  return { workspaces, files, rules, rootManifest: manifestAt("package.json"), problems: [...problems, ...syntax] };
}

/** Splits `@cairn/state/lmdb` into `state` and `./lmdb`; undefined for anything but a package of this repository. */
export function splitOwnSpecifier(specifier: string): { name: string; subpath: string } | undefined {
  if (!specifier.startsWith(NAMESPACE)) return undefined;
  const [name = "", ...rest] = specifier.slice(NAMESPACE.length).split("/");
  return { name, subpath: [".", ...rest].join("/") };
}

/** The package part of a bare specifier: `@noble/hashes/sha2.js` is in `@noble/hashes`. */
export function libraryOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function roleOf(folder: string, path: string): Role {
  const inside = path.slice(folder.length + 1);
  if (folder === "e2e" || inside.startsWith("test/") || inside.endsWith(".test.ts")) return "test";
  return folder === "vectors" || inside.startsWith("scripts/") ? "script" : "source";
}
