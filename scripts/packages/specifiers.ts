import { isNode, type Node, parseSource } from "../checks/source.ts";

/** A module specifier in a file and where its text, quotes included, begins and ends. */
type Specifier = { readonly text: string; readonly start: number; readonly end: number };

/** Every module that a compiled file or a declaration imports. */
export function importedModules(path: string, text: string): string[] {
  return specifiersOf(path, text).map((specifier) => specifier.text);
}

/** A declaration with `./x.js` where the compiler left the source's `./x.ts`. */
export function withBuiltExtensions(path: string, text: string): string {
  let result = text;
  for (const specifier of specifiersOf(path, text).reverse()) {
    if (!specifier.text.startsWith(".")) continue;
    const built = JSON.stringify(specifier.text.replace(/\.ts$/, ".js"));
    result = result.slice(0, specifier.start) + built + result.slice(specifier.end);
  }
  return result;
}

/** In the order of the file. */
function specifiersOf(path: string, text: string): Specifier[] {
  const { nodes, problems } = parseSource({ path, text });
  if (problems.length > 0) throw new TypeError(`${path} does not parse: ${problems.map(({ message }) => message)}`);
  return nodes.flatMap(specifierOf).sort((a, b) => a.start - b.start);
}

function specifierOf(node: Node): Specifier[] {
  const source = node.source;
  const isLiteral = isNode(source) && source.type === "Literal" && typeof source.value === "string";
  return isLiteral ? [{ text: String(source.value), start: source.start, end: Number(source.end) }] : [];
}
