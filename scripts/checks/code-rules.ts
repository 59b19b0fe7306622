import type { Problem, TextFile } from "./repository.ts";
import { identifierName, isNode, lineAt, type Node, parseSource } from "./source.ts";

/** Line limits of a source file: advised and enforced. */
export const LINE_LIMITS = { advised: 400, hard: 450 };

/** Maximum bytes of a committed file: larger ones are built, not committed. */
export const MAX_FILE_BYTES = 300_000;

/** Maximum columns of prose in Markdown. */
export const MARKDOWN_COLUMNS = 120;

const SIZED = /\.(?:ts|mjs|nr|sol)$/;
const READ_BY_PEOPLE = /\.(?:ts|mjs|nr|sol|md)$/;
const GENERATED_HEADER = /^(?:\/\/|\/\*+)\s*generated\b/i;
const UNFINISHED = /\b(?:T[O]DO|F[I]XME)\b/;
const TEST_FUNCTIONS = ["bench", "describe", "it", "suite", "test"];
const TEST_HOOKS = ["afterAll", "afterEach", "beforeAll", "beforeEach"];
const TEST_VARIANTS = ["concurrent", "each", "for", "sequential"];
const TEST_MODIFIERS = ["only", "runIf", "skip", "skipIf", "todo"];

/** The rules for every file, whatever its package. */
export function checkCode(file: TextFile): { problems: Problem[]; notes: Problem[] } {
  const { path, text } = file;
  const problems: Problem[] = [];
  const notes: Problem[] = [];
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_FILE_BYTES)
    problems.push({ file: path, line: 0, message: `${bytes} bytes; at most ${MAX_FILE_BYTES}` });
  if (SIZED.test(path) && !isGenerated(file)) {
    const lines = text.trimEnd().split("\n").length;
    const message = `${lines} lines; at most ${LINE_LIMITS.advised}`;
    if (lines > LINE_LIMITS.advised)
      (lines > LINE_LIMITS.hard ? problems : notes).push({ file: path, line: 0, message });
  }
  if (READ_BY_PEOPLE.test(path)) {
    for (const [index, line] of text.split("\n").entries()) {
      const found = UNFINISHED.exec(line);
      if (found) problems.push({ file: path, line: index + 1, message: `unfinished: ${found[0]}` });
    }
  }
  if (path.endsWith(".md")) problems.push(...checkWidth(file));
  if (path.endsWith(".nr")) problems.push(...checkAscii(file));
  if (path.endsWith(".ts")) problems.push(...checkSyntax(file));
  return { problems, notes };
}

/**
 * Noir's tools count bytes when they quote a line of the source: non-ASCII characters make a failure name the wrong
 * line.
 */
function checkAscii({ path, text }: TextFile): Problem[] {
  return text.split("\n").flatMap((line, index) => {
    const isAscii = [...line].every((character) => character.charCodeAt(0) < 128);
    return isAscii
      ? []
      : [{ file: path, line: index + 1, message: "not ASCII: Noir's messages would quote the wrong line" }];
  });
}

/** Lines of prose that are too long. Tables, code and a single word on its line cannot be wrapped. */
function checkWidth({ path, text }: TextFile): Problem[] {
  let isCode = false;
  return text.split("\n").flatMap((line, index) => {
    const isFence = line.trimStart().startsWith("```");
    if (isFence) isCode = !isCode;
    const columns = [...line].length;
    const isProse = !isCode && !isFence && !line.startsWith("|") && line.trim().includes(" ");
    if (!isProse || columns <= MARKDOWN_COLUMNS) return [];
    return [{ file: path, line: index + 1, message: `${columns} columns; wrap at ${MARKDOWN_COLUMNS}` }];
  });
}

function checkSyntax(file: TextFile): Problem[] {
  const { nodes, problems } = parseSource(file);
  const found = nodes.flatMap((node) => {
    const message = bareThrow(node) ?? blindCast(node) ?? testModifier(node) ?? fixedTimeout(node);
    return message ? [{ file: file.path, line: lineAt(file.text, node.start), message }] : [];
  });
  return [...problems, ...found];
}

function bareThrow(node: Node): string | undefined {
  const thrown = node.argument;
  if (node.type !== "ThrowStatement" || !isNode(thrown)) return undefined;
  return identifierName(thrown.callee) === "Error" ? "throws a bare Error: throw one with a code" : undefined;
}

function blindCast(node: Node): string | undefined {
  const target = node.typeAnnotation;
  if ((node.type !== "TSAsExpression" && node.type !== "TSTypeAssertion") || !isNode(target)) return undefined;
  if (target.type === "TSAnyKeyword") return "casts to any";
  return target.type === "TSNeverKeyword" ? "casts to never" : undefined;
}

function testModifier(node: Node): string | undefined {
  if (node.type !== "MemberExpression") return undefined;
  const modifier = identifierName(node.property);
  if (modifier === undefined || !TEST_MODIFIERS.includes(modifier)) return undefined;
  let target = node.object;
  while (isNode(target) && target.type === "MemberExpression") target = target.object;
  return TEST_FUNCTIONS.includes(identifierName(target) ?? "") ? `uses .${modifier}: every test must run` : undefined;
}

/** The runner's time-outs grow with `CAIRN_TEST_SLOWNESS`; a number in a test would break on a busy machine. */
function fixedTimeout(node: Node): string | undefined {
  if (node.type !== "CallExpression" || !Array.isArray(node.arguments)) return undefined;
  if (![...TEST_FUNCTIONS, ...TEST_HOOKS].includes(rootName(node.callee) ?? "")) return undefined;
  return node.arguments.some((argument) => isNode(argument) && hasFixedTimeout(argument))
    ? "has a time-out of its own: leave it to the runner"
    : undefined;
}

function hasFixedTimeout(argument: Node): boolean {
  if (argument.type === "Literal") return typeof argument.value === "number";
  if (argument.type !== "ObjectExpression" || !Array.isArray(argument.properties)) return false;
  return argument.properties.some(
    ({ key, value }) => identifierName(key) === "timeout" && isNode(value) && value.type === "Literal",
  );
}

/** `it` of `it(…)`, `it.each(…)(…)` and the like. */
function rootName(callee: unknown): string | undefined {
  if (!isNode(callee)) return undefined;
  if (callee.type === "CallExpression") return rootName(callee.callee);
  if (callee.type !== "MemberExpression") return identifierName(callee);
  return TEST_VARIANTS.includes(identifierName(callee.property) ?? "") ? rootName(callee.object) : undefined;
}

function isGenerated({ path, text }: TextFile): boolean {
  return path.includes("/generated/") || GENERATED_HEADER.test(text.slice(0, text.indexOf("\n")));
}
