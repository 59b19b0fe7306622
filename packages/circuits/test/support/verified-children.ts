import type { CompiledCircuit } from "../../src/index.ts";
import { type Input, readAcir } from "./acir.ts";

type AbiType = CompiledCircuit["abi"]["parameters"][number]["type"];

/** One verification of a proof, as the backend reads it: of which wires, and whether a wire may switch it off. */
export interface Verification {
  readonly key: readonly Input[];
  readonly proof: readonly Input[];
  readonly publicInputs: readonly Input[];
  readonly keyHash: Input;
  readonly proofType: number;
  /** Nothing is verified where it is 0. */
  readonly predicate: Input;
}

/** Every verification of a circuit, in order. */
export function verifications(circuit: CompiledCircuit): Verification[] {
  return readAcir(circuit).opcodes.flatMap((opcode) => {
    if (!("BlackBoxFuncCall" in opcode) || !("RecursiveAggregation" in opcode.BlackBoxFuncCall)) return [];
    const [key, proof, publicInputs, keyHash, proofType, predicate] = opcode.BlackBoxFuncCall
      .RecursiveAggregation as unknown as [Input[], Input[], Input[], Input, number, Input];
    return [{ key, proof, publicInputs, keyHash, proofType, predicate: withNumber(predicate) }];
  });
}

/** Bits that the circuit allows a wire by itself, by wire; the tightest where there are several. */
export function rangeBits(circuit: CompiledCircuit): Map<number, number> {
  const found = new Map<number, number>();
  for (const opcode of readAcir(circuit).opcodes) {
    if (!("BlackBoxFuncCall" in opcode) || !("RANGE" in opcode.BlackBoxFuncCall)) continue;
    const [input, bits] = opcode.BlackBoxFuncCall.RANGE as unknown as [Input, number];
    if ("Witness" in input) found.set(input.Witness, Math.min(bits, found.get(input.Witness) ?? bits));
  }
  return found;
}

/** The compiler writes constants as decimals where it writes field elements as bytes elsewhere. */
function withNumber(input: Input): Input {
  return "Constant" in input ? { Constant: BigInt(input.Constant) } : input;
}

/** Wires of the parameters by the names of their parts, such as `children[1].key[0]`, in the order of the wires. */
export function parameterWires({ abi }: CompiledCircuit): Map<string, number> {
  const names = abi.parameters.flatMap(({ name, type }) => partNames(name, type));
  return new Map(names.map((name, wire) => [name, wire]));
}

/** Names of the parts that are public, those of a returned value among them. */
export function publicParameterParts({ abi }: CompiledCircuit): string[] {
  const parameters = abi.parameters.filter(({ visibility }) => visibility !== "private");
  const names = parameters.flatMap(({ name, type }) => partNames(name, type));
  return abi.return_type === null ? names : [...names, ...partNames("return", abi.return_type.abi_type)];
}

function partNames(name: string, type: AbiType): string[] {
  if (type.kind === "struct") return type.fields.flatMap((field) => partNames(`${name}.${field.name}`, field.type));
  if (type.kind === "array") {
    return Array.from({ length: type.length }, (_, i) => partNames(`${name}[${i}]`, type.type)).flat();
  }
  return [name];
}
