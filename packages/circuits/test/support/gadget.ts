import { type CompiledCircuit, type InputMap, solveWitness } from "../../src/index.ts";
import { inputValue } from "../../src/prove/input-value.ts";
import { program } from "./cache.ts";
import { circuitRefusal } from "./refusal.ts";

type GadgetInputs = Readonly<Record<string, Parameters<typeof inputValue>[0]>>;

/** What a gadget returns: numbers of any width as bigint. */
export type GadgetOutput =
  | bigint
  | boolean
  | null
  | readonly GadgetOutput[]
  | { readonly [name: string]: GadgetOutput };

/** Runs the gadget crate on inputs named as in TypeScript. Throws `circuits/unsatisfied` when a constraint fails. */
export async function runGadget(name: string, inputs: GadgetInputs): Promise<GadgetOutput> {
  const { returnValue } = await solveWitness(await gadgetCircuit(name), inputValue(inputs) as InputMap);
  return toOutput(returnValue);
}

/** What refuses the inputs of a gadget; null if nothing does. See {@link circuitRefusal}. */
export async function gadgetRefusal(name: string, inputs: GadgetInputs): Promise<string | null> {
  return circuitRefusal(await gadgetCircuit(name), inputValue(inputs) as InputMap);
}

async function gadgetCircuit(name: string): Promise<CompiledCircuit> {
  const { circuit } = await program(`gadgets/${name}`);
  return circuit;
}

function toOutput(value: unknown): GadgetOutput {
  if (typeof value === "string" || typeof value === "number") return BigInt(value);
  if (typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map(toOutput);
  if (value === null || value === undefined) return null;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, toOutput(field)]));
}
