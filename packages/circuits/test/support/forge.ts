import { createRequire } from "node:module";
import { gunzipSync } from "node:zlib";
import { bigintToBytes, bytesToBigint, bytesToHex, CairnError, FIELD_MODULUS } from "@cairn/protocol";
import type { CompiledCircuit } from "@noir-lang/noir_js";

/** Values of all wires of a circuit. */
export type Wires = ReadonlyMap<number, bigint>;

/** q1·a·b + … + q2·c + … + constant. */
type Expression = [
  products: [factor: Uint8Array, left: number, right: number][],
  terms: [factor: Uint8Array, wire: number][],
  constant: Uint8Array,
];
type Input = { readonly Witness: number } | { readonly Constant: Uint8Array };
type Opcode =
  | { readonly AssertZero: Expression }
  | { readonly BlackBoxFuncCall: Readonly<Record<string, readonly unknown[]>> }
  | { readonly BrilligCall: [hint: number, inputs: { Single: Expression }[], outputs: HintOutput[]] }
  | { readonly MemoryOp: [block: number, access: [isWrite: boolean, index: number, value: number]] }
  | { readonly MemoryInit: unknown };
type HintOutput = { readonly Simple: number } | { readonly Array: number[] };

/** The constraints of a circuit, as the proving backend reads them. */
export interface Acir {
  readonly opcodes: readonly Opcode[];
  readonly inputs: readonly number[];
  readonly hints: readonly string[];
}

interface WitnessStackItem {
  readonly index: number;
  readonly witness: Map<number, string>;
}
interface Acvm {
  readonly decompressWitnessStack: (packed: Uint8Array) => WitnessStackItem[];
  readonly compressWitnessStack: (stack: WitnessStackItem[]) => Uint8Array;
}
interface Msgpack {
  readonly Unpackr: new (options: object) => { readonly unpack: (bytes: Uint8Array) => unknown };
}

const require = createRequire(import.meta.url);
const requireOf = (owner: string, name: string): unknown => createRequire(require.resolve(owner))(name);
const acvm = requireOf("@noir-lang/noir_js", "@noir-lang/acvm_js") as Acvm;
const { Unpackr } = requireOf("@aztec/bb.js", "msgpackr") as Msgpack;

/** Reads the constraints out of a compiled circuit: gzip of one format byte and msgpack. */
export function readAcir({ bytecode }: CompiledCircuit): Acir {
  const bytes = gunzipSync(Buffer.from(bytecode, "base64"));
  const [[main], hints] = new Unpackr({ useRecords: false }).unpack(bytes.subarray(1)) as [
    [[string, Opcode[], number[], number[]]],
    [string][],
  ];
  return { opcodes: main[1], inputs: [...main[2], ...main[3]], hints: hints.map(([name]) => name) };
}

/** Wires of a solved witness. */
export function unpackWitness(packed: Uint8Array): Wires {
  const [item] = acvm.decompressWitnessStack(packed);
  return new Map([...(item?.witness ?? [])].map(([wire, value]) => [wire, BigInt(value)]));
}

/** The solved witness of these wires, as the prover reads it. */
export function packWitness(wires: Wires): Uint8Array {
  const witness = new Map([...wires].map(([wire, value]) => [wire, bytesToHex(bigintToBytes(value, 32))]));
  return acvm.compressWitnessStack([{ index: 0, witness }]);
}

/** Limbs of the two scalars of the n-th multi-scalar multiplication: s low, s high, e low, e high. */
export function scalarWires({ opcodes }: Acir, position: number): readonly [number, number, number, number] {
  const calls = opcodes.flatMap((opcode) =>
    "BlackBoxFuncCall" in opcode && "MultiScalarMul" in opcode.BlackBoxFuncCall
      ? [opcode.BlackBoxFuncCall.MultiScalarMul]
      : [],
  );
  const [, scalars] = (calls[position] ?? []) as [unknown, { readonly Witness: number }[]];
  const [sLow, sHigh, eLow, eHigh] = (scalars ?? []).map(({ Witness }) => Witness);
  if (sLow === undefined || sHigh === undefined || eLow === undefined || eHigh === undefined) {
    throw new CairnError("test/no-opcode", `no multi-scalar multiplication ${position}`);
  }
  return [sLow, sHigh, eLow, eHigh];
}

/** What an attacker gets who sets some wires, and which opcodes say so: none when only the backend can tell. */
export interface Forgery {
  readonly wires: Wires;
  readonly violated: readonly Opcode[];
}

/**
 * Sets wires of a solved witness and solves again those that follow from them by arithmetic or by a hint. Outputs of black
 * boxes and of memory stay: the caller must leave the meaning of their inputs as it is.
 */
export function forge({ opcodes, inputs, hints }: Acir, honest: Wires, edits: Wires): Forgery {
  const wires = new Map(edits);
  const keep = (wire: number): void => void (wires.has(wire) || wires.set(wire, honest.get(wire) ?? 0n));
  inputs.forEach(keep);
  const violated = opcodes.filter((opcode) => {
    if ("AssertZero" in opcode) return !solve(opcode.AssertZero, wires);
    if ("BlackBoxFuncCall" in opcode) {
      const range = opcode.BlackBoxFuncCall.RANGE as [Input, number] | undefined;
      if (range !== undefined) return inputValue(range[0], wires) >> BigInt(range[1]) !== 0n;
      for (const call of Object.values(opcode.BlackBoxFuncCall)) (call.at(-1) as number[]).forEach(keep);
    } else if ("MemoryOp" in opcode) keep(opcode.MemoryOp[1][2]);
    else if ("BrilligCall" in opcode) {
      const [hint, given, outputs] = opcode.BrilligCall;
      const answer = HINTS[hints[hint] ?? ""];
      const [first] = outputs;
      if (answer !== undefined && first !== undefined && "Simple" in first && !wires.has(first.Simple)) {
        wires.set(first.Simple, answer(...given.map(({ Single }) => linear(Single, wires).constant)));
      }
      for (const output of outputs) ("Simple" in output ? [output.Simple] : output.Array).forEach(keep);
    }
    return false;
  });
  return { wires, violated };
}

/** Hints whose answer an edit may change. */
const HINTS: Readonly<Record<string, (...inputs: bigint[]) => bigint>> = {
  directive_invert: (x = 0n) => inverse(x),
  needs_borrow: (low = 0n, maxLow = 0n) => (maxLow < low ? 1n : 0n),
  lte_hint: (x = 0n, y = 0n) => (x <= y ? 1n : 0n),
};

/** Gives the one unknown wire its value, or tells whether the expression is zero. */
function solve(expression: Expression, wires: Map<number, bigint>): boolean {
  const { constant, unknown } = linear(expression, wires);
  const [only, ...others] = unknown;
  if (only === undefined) return constant === 0n;
  if (others.length > 0) throw new CairnError("test/unsolvable", "two wires of one constraint are unknown");
  wires.set(only[0], reduce(-constant * inverse(only[1])));
  return true;
}

/** The expression as a constant and a multiple of each unknown wire. */
function linear(
  [products, terms, offset]: Expression,
  wires: Wires,
): { constant: bigint; unknown: ReadonlyMap<number, bigint> } {
  const unknown = new Map<number, bigint>();
  let constant = bytesToBigint(offset);
  const add = (factor: bigint, wire: number): void => {
    const value = wires.get(wire);
    if (value === undefined) unknown.set(wire, reduce((unknown.get(wire) ?? 0n) + factor));
    else constant += factor * value;
  };
  for (const [factor, left, right] of products) {
    const [known, other] = wires.has(left) ? [left, right] : [right, left];
    const value = wires.get(known);
    if (value === undefined) throw new CairnError("test/unsolvable", "a product of unknown wires");
    add(reduce(bytesToBigint(factor) * value), other);
  }
  for (const [factor, wire] of terms) add(bytesToBigint(factor), wire);
  return { constant: reduce(constant), unknown };
}

function inputValue(input: Input, wires: Wires): bigint {
  return "Constant" in input ? bytesToBigint(input.Constant) : (wires.get(input.Witness) ?? 0n);
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
