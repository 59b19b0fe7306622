import { circuitName, circuitShape, compileCircuit, countGates } from "@cairn/circuits";
import type { BlockSize } from "@cairn/protocol";
import { type GateParts, splitGates, type UnitGates } from "../gates/parts.ts";
import { probeGates } from "../gates/probes.ts";

/** Gates of the block circuit of one size. */
export interface GateReport {
  readonly slots: BlockSize;
  /** As `bb gates` counts the compiled circuit. */
  readonly total: number;
  /** Of the whole block. */
  readonly parts: GateParts;
  /** Of one use. */
  readonly units: UnitGates;
}

/** Counts the block circuits and splits each count by probes. Throws as compiler and prover binary do. */
export async function measureGates(sizes: readonly BlockSize[], cacheDir: string): Promise<GateReport[]> {
  const reports: GateReport[] = [];
  for (const slots of sizes) {
    const shape = circuitShape(slots);
    const { units, setup } = await probeGates(shape, cacheDir);
    const program = await compileCircuit({ name: circuitName(slots), cacheDir });
    const { gates: total } = await countGates(program.path);
    reports.push({ slots, total, parts: splitGates({ shape, units, setup, total }), units });
  }
  return reports;
}
