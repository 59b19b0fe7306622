import { type Found, type Mutant, maskText, nameMutants, scopeAt } from "./mutant.ts";

/** Prefixes of statements that compute values or control flow rather than constrain. */
const NOT_A_CALL =
  /^(?:let|return|for|while|if|else|use|pub|mod|global|struct|impl|trait|fn|unconstrained|break|continue)\b/;

/**
 * Every statement of a Noir source that is a call: `assert(…)`, `x.assert_max_bit_size::<…>()`, and functions called
 * for their effect, which is to constrain or to update. Statements that compute a value, including appending to a list,
 * are not touched: they constrain nothing.
 */
export function findNoirMutants(file: string, source: string): Mutant[] {
  const masked = maskText(source);
  const found: Found[] = [];
  let depth = 0;
  let begin = 0;
  for (let i = 0; i < masked.length; i++) {
    const character = masked[i] ?? "";
    if ("([".includes(character)) depth++;
    if (")]".includes(character)) depth--;
    if (depth > 0 || !";{}".includes(character)) continue;
    const statement = masked.slice(begin, i);
    const start = begin + (statement.length - statement.trimStart().length);
    if (character === ";" && isCall(statement.trim())) {
      found.push({ kind: kindOf(statement), start, end: i + 1, scope: scopeAt(masked, start) });
    }
    begin = i + 1;
  }
  return nameMutants(file, source, found);
}

function isCall(statement: string): boolean {
  return statement.endsWith(")") && !NOT_A_CALL.test(statement) && !isAssignment(statement) && !isPush(statement);
}

/** Appending to a list computes a value, like an assignment. */
function isPush(statement: string): boolean {
  return /^\w+\.push\s*\(/.test(statement);
}

/** Whether there is an `=` outside all brackets that is not part of a comparison. */
function isAssignment(statement: string): boolean {
  let depth = 0;
  for (let i = 0; i < statement.length; i++) {
    if ("([".includes(statement[i] ?? "")) depth++;
    if (")]".includes(statement[i] ?? "")) depth--;
    if (depth > 0 || statement[i] !== "=") continue;
    if (statement[i + 1] !== "=" && !"=!<>".includes(statement[i - 1] ?? "")) return true;
    i++;
  }
  return false;
}

function kindOf(statement: string): Mutant["kind"] {
  if (/^\s*assert\w*\s*\(/.test(statement)) return "assert";
  return /\.assert_max_bit_size\b/.test(statement) ? "range" : "call";
}
