import { CairnError, FIELD_MODULUS } from "@cairn/protocol";
import { type Acir, type Expression, type Input, type Opcode, outputWires, type Wires } from "./acir.ts";
import { blackBox } from "./black-boxes.ts";

/** What an attacker gets by choosing answers, and which opcodes refuse it: none when only the backend can tell. */
export interface Forgery {
  /** In the order in which they got their values. */
  readonly wires: Wires;
  readonly violated: readonly Opcode[];
  /** How many wires had values before each opcode. */
  readonly solvedBefore: readonly number[];
}

/** An honest solution to depart from: its wires in their order, and how many of them precede each opcode. */
export interface Honest {
  readonly entries: readonly (readonly [wire: number, value: bigint])[];
  readonly solvedBefore: readonly number[];
}

/** Outputs of black boxes by their inputs, shared by forgeries of one circuit, which mostly agree. */
export type Memo = Map<string, readonly bigint[] | null>;

/**
 * Solves a circuit as a malicious prover would: `lies` are wires set to chosen values, whatever the inputs and the
 * unconstrained functions would give; everything else follows. A violated opcode does not stop it.
 */
export function forge(acir: Acir, inputs: Wires, lies: Wires, memo: Memo = new Map()): Forgery {
  const wires = new Map([...inputs, ...lies]);
  const solver = createSolver(acir, wires, lies, memo);
  const solvedBefore: number[] = [];
  const violated = acir.opcodes.filter((opcode) => {
    solvedBefore.push(wires.size);
    return !solver.run(opcode);
  });
  return { wires, violated, solvedBefore };
}

/**
 * Like {@link forge} with lies in the answer of the hint at opcode `position`, continuing from the honest solution
 * there; the first opcode that refuses, null if none does.
 */
export function firstRefusal(acir: Acir, honest: Honest, position: number, lies: Wires, memo: Memo): Opcode | null {
  const wires = new Map([...honest.entries.slice(0, honest.solvedBefore[position]), ...lies]);
  const solver = createSolver(acir, wires, lies, memo);
  for (const opcode of acir.opcodes.slice(0, position)) solver.remember(opcode);
  return acir.opcodes.slice(position).find((opcode) => !solver.run(opcode)) ?? null;
}

interface Solver {
  /** Gives the wires of an opcode their values; whether they satisfy it. */
  readonly run: (opcode: Opcode) => boolean;
  /** Applies the memory effects of an opcode whose wires already have values. */
  readonly remember: (opcode: Opcode) => void;
}

function createSolver({ hints }: Acir, wires: Map<number, bigint>, lies: Wires, memo: Memo): Solver {
  const memory = new Map<number, bigint[]>();
  const valueAt = (wire: number): bigint => {
    const value = wires.get(wire);
    if (value === undefined) throw new CairnError("test/unsolvable", `wire ${wire} has no value`);
    return value;
  };
  const put = (wire: number, value: bigint): void => void (lies.has(wire) || wires.set(wire, value));
  const inputValue = (input: Input): bigint => ("Constant" in input ? input.Constant : valueAt(input.Witness));

  const answer = (call: HintOpcode): boolean => {
    const [hint, given, outputs] = call.BrilligCall;
    const name = hints[hint] ?? "";
    const respond = HINTS[name];
    if (respond === undefined) throw new CairnError("test/unsolvable", `no hint ${name}`);
    const asked = given.flatMap((one) => ("Single" in one ? [one.Single] : one.Array));
    const values = respond(...asked.map((one) => known(one, wires)));
    for (const [i, wire] of outputs.flatMap(outputWires).entries()) put(wire, values[i] ?? 0n);
    return true;
  };
  const access = (operation: MemoryOpcode): boolean => {
    if ("MemoryInit" in operation) {
      memory.set(operation.MemoryInit[0], operation.MemoryInit[1].map(valueAt));
      return true;
    }
    const [block, [isWrite, index, value]] = operation.MemoryOp;
    const cells = memory.get(block) ?? [];
    const at = Number(valueAt(index));
    if (isWrite) cells[at] = valueAt(value);
    else put(value, cells[at] ?? 0n);
    return at < cells.length && cells[at] === valueAt(value);
  };
  const compute = (call: Readonly<Record<string, readonly unknown[]>>): boolean => {
    const [[name, parts] = ["", []]] = Object.entries(call);
    if (name === "RANGE") return inputValue(parts[0] as Input) >> BigInt(parts[1] as number) === 0n;
    const outputs = parts.at(-1) as number[];
    const values = (parts.slice(0, -1) as (Input | Input[])[]).flat().map(inputValue);
    const key = `${name} ${values.join()}`;
    const found = memo.get(key);
    const computed = found === undefined ? blackBox(name, values) : found;
    memo.set(key, computed);
    for (const [i, wire] of outputs.entries()) put(wire, computed?.[i] ?? 0n);
    return computed !== null && outputs.every((wire, i) => wires.get(wire) === computed[i]);
  };
  return {
    run(opcode) {
      if ("AssertZero" in opcode) return solve(opcode.AssertZero, wires);
      if ("BrilligCall" in opcode) return answer(opcode);
      if ("BlackBoxFuncCall" in opcode) return compute(opcode.BlackBoxFuncCall);
      return access(opcode);
    },
    remember: (opcode) => void (("MemoryInit" in opcode || "MemoryOp" in opcode) && access(opcode)),
  };
}

type HintOpcode = Extract<Opcode, { readonly BrilligCall: unknown }>;
type MemoryOpcode = Extract<Opcode, { readonly MemoryInit: unknown } | { readonly MemoryOp: unknown }>;

/** Answers of the unconstrained functions, including those that the compiler adds. */
const HINTS: Readonly<Record<string, (...inputs: bigint[]) => readonly bigint[]>> = {
  identity: (x = 0n) => [x],
  needs_borrow: (low = 0n, maxLow = 0n) => [maxLow < low ? 1n : 0n],
  decompose_hint: (x = 0n) => [x & ((1n << 128n) - 1n), x >> 128n],
  lte_hint: (x = 0n, y = 0n) => [x <= y ? 1n : 0n],
  directive_invert: (x = 0n) => [inverse(x)],
};

/** Gives the one unknown wire its value, or says whether the expression is zero. */
function solve(expression: Expression, wires: Map<number, bigint>): boolean {
  const { constant, unknown } = linear(expression, wires);
  const [only, ...others] = unknown;
  if (only === undefined) return constant === 0n;
  if (others.length > 0) throw new CairnError("test/unsolvable", "two wires of one constraint are unknown");
  wires.set(only[0], reduce(-constant * inverse(only[1])));
  return true;
}

function known(expression: Expression, wires: Wires): bigint {
  const { constant, unknown } = linear(expression, wires);
  if (unknown.size > 0) throw new CairnError("test/unsolvable", "a hint depends on an unknown wire");
  return constant;
}

/** The expression as a constant and a multiple of each unknown wire. */
function linear(
  [products, terms, offset]: Expression,
  wires: Wires,
): { constant: bigint; unknown: ReadonlyMap<number, bigint> } {
  const unknown = new Map<number, bigint>();
  let constant = offset;
  const add = (factor: bigint, wire: number): void => {
    const value = wires.get(wire);
    if (value === undefined) unknown.set(wire, reduce((unknown.get(wire) ?? 0n) + factor));
    else constant += factor * value;
  };
  for (const [factor, left, right] of products) {
    const [given, other] = wires.has(left) ? [left, right] : [right, left];
    const value = wires.get(given);
    if (value === undefined) throw new CairnError("test/unsolvable", "a product of unknown wires");
    add(reduce(factor * value), other);
  }
  for (const [factor, wire] of terms) add(factor, wire);
  return { constant: reduce(constant), unknown };
}

function reduce(value: bigint): bigint {
  return ((value % FIELD_MODULUS) + FIELD_MODULUS) % FIELD_MODULUS;
}

/** 0 for 0. */
function inverse(value: bigint): bigint {
  let [r, next, t, nextT] = [FIELD_MODULUS, reduce(value), 0n, 1n];
  while (next !== 0n) {
    const quotient = r / next;
    [r, next, t, nextT] = [next, r - quotient * next, nextT, t - quotient * nextT];
  }
  return r === 1n ? reduce(t) : 0n;
}
