import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runBb } from "../bb.ts";
import { type CompiledProgram, writeFileAtomically } from "./compile.ts";

/** Size of a circuit. */
export interface GateCount {
  /** Rows of the execution trace, as `bb gates` counts them, before padding to a power of two. */
  readonly gates: number;
  readonly acirOpcodes: number;
}

/** Counts the gates of a compiled program. Throws as the prover binary does. */
export async function countGates(programPath: string, signal?: AbortSignal): Promise<GateCount> {
  const { stdout } = await runBb(["gates", "-b", programPath], { signal });
  const report = JSON.parse(stdout) as {
    readonly functions: readonly { readonly circuit_size: number; readonly acir_opcodes: number }[];
  };
  const [main] = report.functions;
  return { gates: main?.circuit_size ?? 0, acirOpcodes: main?.acir_opcodes ?? 0 };
}

/** Gates of a cached program, counted once and stored beside it. Throws as the prover binary does. */
export async function programGates(program: CompiledProgram, signal?: AbortSignal): Promise<number> {
  const path = join(program.dir, "gates");
  if (existsSync(path)) return Number(readFileSync(path, "utf8"));
  const { gates } = await countGates(program.path, signal);
  writeFileAtomically(path, String(gates));
  return gates;
}

/**
 * Points of an SRS that a circuit with this many gates needs: the next power of two, with room for the reserved rows.
 */
export function srsPointsFor(gates: number): number {
  return 2 ** Math.ceil(Math.log2(gates + RESERVED_ROWS));
}

const RESERVED_ROWS = 16;
