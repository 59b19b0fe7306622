import { CairnError } from "@cairn/protocol";
import { type CompiledCircuit, type ErrorWithPayload, type InputMap, Noir } from "@noir-lang/noir_js";
import type { CircuitsErrorCode } from "../errors.ts";

/** A solved witness, gzipped, as the prover reads it. */
export interface SolvedWitness {
  readonly witness: Uint8Array;
  readonly returnValue: unknown;
  readonly seconds: number;
}

/**
 * Solves all wires of a circuit from its inputs. Throws `circuits/unsatisfied` with message and source line of the
 * first constraint that fails, `circuits/bad-input` when an input does not fit its parameter.
 */
export async function solveWitness(circuit: CompiledCircuit, inputs: InputMap): Promise<SolvedWitness> {
  const startMs = performance.now();
  try {
    const { witness, returnValue } = await new Noir(circuit).execute(inputs);
    return { witness, returnValue, seconds: (performance.now() - startMs) / 1000 };
  } catch (error) {
    throw witnessError(error);
  }
}

function witnessError(error: unknown): CairnError<CircuitsErrorCode> {
  const { message, noirCallStack } = error as ErrorWithPayload;
  if (
    noirCallStack === undefined &&
    !/Cannot satisfy constraint|Circuit execution failed|Failed to solve/.test(message)
  ) {
    return new CairnError<CircuitsErrorCode>("circuits/bad-input", message, { cause: error });
  }
  const assertion = message.replace(/^Circuit execution failed: /, "");
  return new CairnError<CircuitsErrorCode>("circuits/unsatisfied", assertion, {
    cause: error,
    details: { assertion, location: locationOf(noirCallStack ?? []) },
  });
}

/** The innermost line of our own sources, as `file.nr: text`. */
function locationOf(callStack: readonly string[]): string {
  const frames = callStack.map((frame) => /^at ([\s\S]*?)\s*\((\S+):\d+:\d+\)$/.exec(frame.trim()));
  const own = frames.findLast((frame) => frame !== null && !frame[2]?.startsWith("std/"));
  return own ? `${own[2]?.split("/").at(-1)}: ${own[1]?.replace(/;$/, "")}` : "";
}
