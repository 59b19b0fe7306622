import { posix } from "node:path";
import {
  libraryOf,
  type Problem,
  type Repository,
  type Role,
  splitOwnSpecifier,
  type Workspace,
} from "./repository.ts";
import type { Import, Source } from "./source.ts";

/** Checks every import and every package.json against the table, and refuses imports of another package's files. */
export function checkImports(repository: Repository): Problem[] {
  return [
    ...checkRows(repository),
    ...repository.workspaces.flatMap((workspace) => checkWorkspace(repository, workspace)),
  ];
}

function checkRows({ workspaces, rules }: Repository): Problem[] {
  const file = "ARCHITECTURE.md";
  const folders = new Set(workspaces.map(({ name }) => name));
  const missing = workspaces.filter(({ rule }) => rule === undefined);
  return [
    ...missing.map(({ name }) => ({ file, line: 0, message: `the table has no row for ${name}` })),
    ...rules
      .filter(({ name }) => !folders.has(name))
      .map(({ name }) => ({ file, line: 0, message: `no code in ${name}` })),
  ];
}

function checkWorkspace(repository: Repository, workspace: Workspace): Problem[] {
  const { rule, folder, manifest } = workspace;
  if (rule === undefined) return [];
  const problems: Problem[] = [];
  for (const role of ["source", "test"] as const) {
    const listed = role === "source" ? manifest.dependencies : manifest.devDependencies;
    for (const name of Object.keys(listed ?? {})) {
      const own = splitOwnSpecifier(name);
      if (own === undefined || allowedNames(workspace, role).includes(own.name)) continue;
      problems.push({ file: `${folder}/package.json`, line: 0, message: `may not depend on ${name}` });
    }
  }
  for (const source of workspace.sources) {
    for (const imported of source.imports) {
      const message = importProblem(repository, workspace, source, imported);
      if (message) problems.push({ file: source.path, line: imported.line, message });
    }
  }
  return problems;
}

function importProblem(
  repository: Repository,
  workspace: Workspace,
  { path, role }: Source & { readonly role: Role },
  { specifier }: Import,
): string | undefined {
  if (specifier.startsWith("node:")) return undefined;
  if (specifier.startsWith(".")) {
    const target = posix.join(posix.dirname(path), specifier);
    if (target.startsWith(`${workspace.folder}/`)) return undefined;
    // Vectors, and what the repository's own scripts and tests have in common, such as how Chromium is started.
    const isShared = role !== "source" && /^(?:vectors\/[^/]+\.json|scripts\/[\w/-]+\.(?:ts|mjs))$/.test(target);
    return isShared ? undefined : `imports ${target}, a file of another package`;
  }
  const own = splitOwnSpecifier(specifier);
  if (own === undefined) return libraryProblem(repository, workspace, role, specifier);
  if (own.name === workspace.name) return `imports its own package by name: ${specifier}`;
  if (!allowedNames(workspace, role).includes(own.name)) return `${workspace.name} may not import ${specifier}`;
  const target = repository.workspaces.find(({ name }) => name === own.name);
  const isExported = Object.hasOwn(target?.manifest.exports ?? {}, own.subpath);
  return isExported ? undefined : `${specifier} is not exported by its package`;
}

function libraryProblem(
  { rootManifest }: Repository,
  { manifest, folder }: Workspace,
  role: Role,
  specifier: string,
): string | undefined {
  const declared = { ...manifest.dependencies, ...manifest.peerDependencies };
  if (role !== "source") Object.assign(declared, manifest.devDependencies, rootManifest.devDependencies);
  return Object.hasOwn(declared, libraryOf(specifier))
    ? undefined
    : `${libraryOf(specifier)} is not among the dependencies of ${folder}/package.json`;
}

function allowedNames({ rule }: Workspace, role: Role): readonly string[] {
  if (rule === undefined) return [];
  return role === "test" ? [...rule.imports, ...rule.testImports] : rule.imports;
}
