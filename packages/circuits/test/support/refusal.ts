import { isCairnError } from "@cairn/protocol";
import { type CircuitsErrorCode, type CompiledCircuit, type InputMap, solveWitness } from "../../src/index.ts";

/** The message of every range check. */
const RANGE_CHECK = "call to assert_max_bit_size";

/** Message of the constraint that refuses the inputs of a circuit, for a range check its source line; null if none does. */
export async function circuitRefusal(circuit: CompiledCircuit, inputs: InputMap): Promise<string | null> {
  try {
    await solveWitness(circuit, inputs);
    return null;
  } catch (error) {
    if (!isCairnError<CircuitsErrorCode>(error, "circuits/unsatisfied")) throw error;
    const { assertion, location } = error.details as { assertion: string; location: string };
    return assertion === RANGE_CHECK ? location : assertion;
  }
}
