import { parseAst } from "vitest/node";
import type { Problem, TextFile } from "./repository.ts";

/** A node of the syntax tree, with its fields unchecked. */
export type Node = { readonly type: string; readonly start: number; readonly [field: string]: unknown };

/** A module that a file imports in any way: statically, dynamically, as a type, by re-export. */
export type Import = { readonly specifier: string; readonly line: number };

/** A parsed TypeScript file. */
export type Source = {
  readonly path: string;
  readonly text: string;
  readonly nodes: readonly Node[];
  readonly imports: readonly Import[];
  readonly problems: readonly Problem[];
};

/** Parses a TypeScript file into the flat list of its nodes, parents first; a syntax error becomes a problem. */
export function parseSource({ path, text }: TextFile): Source {
  try {
    const nodes = collectNodes(parseAst(text, { lang: path.endsWith(".tsx") ? "tsx" : "ts" }));
    const imports = nodes.flatMap((node) => {
      const specifier = importedSpecifier(node);
      return specifier === undefined ? [] : [{ specifier, line: lineAt(text, node.start) }];
    });
    return { path, text, nodes, imports, problems: [] };
  } catch (error) {
    return { path, text, nodes: [], imports: [], problems: [{ file: path, line: 0, message: String(error) }] };
  }
}

/** The line, counted from 1, of a character offset. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

/** The name if the node is an identifier. */
export function identifierName(node: unknown): string | undefined {
  return isNode(node) && node.type === "Identifier" ? String(node.name) : undefined;
}

/** Whether a field of a syntax node is itself a node. */
export function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

function importedSpecifier(node: Node): string | undefined {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration":
    case "ImportExpression":
    case "TSImportType":
      return literalText(node.source);
    case "TSExternalModuleReference":
      return literalText(node.expression);
    case "CallExpression":
      return identifierName(node.callee) === "require" && Array.isArray(node.arguments)
        ? literalText(node.arguments[0])
        : undefined;
    default:
      return undefined;
  }
}

function literalText(node: unknown): string | undefined {
  return isNode(node) && node.type === "Literal" && typeof node.value === "string" ? node.value : undefined;
}

/** Leaves out member names and object keys: `x.process` does not mention the global `process`. */
function collectNodes(tree: unknown): Node[] {
  const nodes: Node[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const item of value) visit(item);
    } else if (isNode(value)) {
      nodes.push(value);
      for (const [field, child] of Object.entries(value)) {
        const isName = (field === "property" || field === "key") && value.computed !== true;
        if (!isName || !isNode(child) || child.type !== "Identifier" || value.shorthand === true) visit(child);
      }
    }
  };
  visit(tree);
  return nodes;
}
