import { createRequire } from "node:module";
import { gunzipSync } from "node:zlib";
import { bigintToBytes, bytesToBigint, bytesToHex, CairnError } from "@cairn/protocol";
import type { CompiledCircuit, InputMap } from "@noir-lang/noir_js";

/** Values of all wires of a circuit. */
export type Wires = ReadonlyMap<number, bigint>;

/** q1·a·b + … + q2·c + … + constant. */
export type Expression = [
  products: (readonly [factor: bigint, left: number, right: number])[],
  terms: (readonly [factor: bigint, wire: number])[],
  constant: bigint,
];
export type Input = { readonly Witness: number } | { readonly Constant: bigint };
export type HintOutput = { readonly Simple: number } | { readonly Array: number[] };
export type Opcode =
  | { readonly AssertZero: Expression }
  | { readonly BlackBoxFuncCall: Readonly<Record<string, readonly unknown[]>> }
  | {
      readonly BrilligCall: [
        hint: number,
        inputs: ({ readonly Single: Expression } | { readonly Array: Expression[] })[],
        outputs: HintOutput[],
        predicate: Expression,
      ];
    }
  | { readonly MemoryInit: [block: number, wires: number[], kind: string] }
  | { readonly MemoryOp: [block: number, access: [isWrite: boolean, index: number, value: number]] };

/** The constraints of a circuit, as the proving backend reads them. */
export interface Acir {
  readonly opcodes: readonly Opcode[];
  /** Names of the unconstrained functions, by number. */
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
interface NoirAbi {
  readonly abiEncode: (abi: CompiledCircuit["abi"], inputs: InputMap) => Map<number, string>;
}
interface Msgpack {
  readonly Unpackr: new (options: object) => { readonly unpack: (bytes: Uint8Array) => unknown };
}

const require = createRequire(import.meta.url);
const requireOf = (owner: string, name: string): unknown => createRequire(require.resolve(owner))(name);
const acvm = requireOf("@noir-lang/noir_js", "@noir-lang/acvm_js") as Acvm;
const noirAbi = requireOf("@noir-lang/noir_js", "@noir-lang/noirc_abi") as NoirAbi;
const { Unpackr } = requireOf("@aztec/bb.js", "msgpackr") as Msgpack;

/** Reads the constraints out of a compiled circuit: gzip of one format byte and msgpack. */
export function readAcir({ bytecode }: CompiledCircuit): Acir {
  const bytes = gunzipSync(Buffer.from(bytecode, "base64"));
  const [[main], hints] = new Unpackr({ useRecords: false }).unpack(bytes.subarray(1)) as [
    [[string, unknown[]]],
    [string][],
  ];
  return { opcodes: withNumbers(main[1]) as Opcode[], hints: hints.map(([name]) => name) };
}

/** The same with field elements as numbers. */
function withNumbers(value: unknown): unknown {
  if (value instanceof Uint8Array) return bytesToBigint(value);
  if (Array.isArray(value)) return value.map(withNumbers);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withNumbers(part)]));
}

/** Wires of the circuit's parameters. */
export function inputWires({ abi }: CompiledCircuit, inputs: InputMap): Wires {
  return new Map([...noirAbi.abiEncode(abi, inputs)].map(([wire, value]) => [wire, BigInt(value)]));
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

/** One call of an unconstrained function: its position, its name, and the wires that receive its answer. */
export interface HintCall {
  readonly position: number;
  readonly hint: string;
  readonly outputs: readonly number[];
}

/** Every call of an unconstrained function, those that the compiler adds among them, in order. */
export function hintCalls({ opcodes, hints }: Acir, name?: string): HintCall[] {
  return opcodes.flatMap((opcode, position) => {
    if (!("BrilligCall" in opcode)) return [];
    const hint = hints[opcode.BrilligCall[0]] ?? "";
    const outputs = opcode.BrilligCall[2].flatMap(outputWires);
    return name === undefined || name === hint ? [{ position, hint, outputs }] : [];
  });
}

/** Wires that receive an answer. */
export function outputWires(output: HintOutput): number[] {
  return "Simple" in output ? [output.Simple] : output.Array;
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
