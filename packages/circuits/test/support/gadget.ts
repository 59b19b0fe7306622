import { type CairnError, isCairnError } from "@cairn/protocol";
import { type InputMap, solveWitness } from "../../src/index.ts";
import { inputValue } from "../../src/input-map.ts";
import { program } from "./cache.ts";

type GadgetInputs = Readonly<Record<string, Parameters<typeof inputValue>[0]>>;

/** What a gadget returns: numbers of any width as bigint. */
export type GadgetOutput =
  | bigint
  | boolean
  | null
  | readonly GadgetOutput[]
  | { readonly [name: string]: GadgetOutput };

/**
 * Runs the gadget crate, `2/` before its name for protocol 2, on inputs named as in TypeScript. Throws
 * `circuits/unsatisfied` when a constraint fails.
 */
export async function runGadget(name: string, inputs: GadgetInputs): Promise<GadgetOutput> {
  const { circuit } = await program(name.startsWith("2/") ? `2/gadgets/${name.slice(2)}` : `gadgets/${name}`);
  const { returnValue } = await solveWitness(circuit, inputValue(inputs) as InputMap);
  return toOutput(returnValue);
}

/** The message, or for range checks the source line, of the constraint that refuses the inputs; null if none does. */
export async function gadgetRefusal(name: string, inputs: GadgetInputs): Promise<string | null> {
  try {
    await runGadget(name, inputs);
    return null;
  } catch (error) {
    if (!isCairnError(error, "circuits/unsatisfied")) throw error;
    const { assertion, location } = (error as CairnError).details as { assertion: string; location: string };
    return assertion === "call to assert_max_bit_size" ? location : assertion;
  }
}

function toOutput(value: unknown): GadgetOutput {
  if (typeof value === "string" || typeof value === "number") return BigInt(value);
  if (typeof value === "boolean") return value;
  if (Array.isArray(value)) return value.map(toOutput);
  if (value === null || value === undefined) return null;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, toOutput(field)]));
}
