import {
  blockCircuit,
  circuitShape,
  compileCircuit,
  countGates,
  type InnerCircuit,
  type SoloCircuit,
  soloCircuit,
} from "@cairn/circuits";
import type { SoloSize } from "@cairn/protocol";
import { type GateParts, splitGates, type UnitGates } from "../gates/parts.ts";
import { probeGates } from "../gates/probes.ts";

/** Gates of the block circuit of one size. */
export interface GateReport {
  readonly slots: SoloSize;
  /** As `bb gates` counts the compiled circuit. */
  readonly total: number;
  /** Of the circuit of a batch of one block: the block and its binding to L1. */
  readonly solo: number;
  /** Of the whole block. */
  readonly parts: GateParts;
  /** Of one use. */
  readonly units: UnitGates;
}

/** Counts the block circuits and splits each count by probes. Throws as compiler and prover binary do. */
export async function measureGates(sizes: readonly SoloSize[], cacheDir: string): Promise<GateReport[]> {
  const reports: GateReport[] = [];
  for (const slots of sizes) {
    const shape = circuitShape(slots);
    const { units, setup } = await probeGates(shape, cacheDir);
    const total = await gatesOf(blockCircuit(slots), cacheDir);
    const solo = await gatesOf(soloCircuit(slots), cacheDir);
    reports.push({ slots, total, solo, parts: splitGates({ shape, units, setup, total }), units });
  }
  return reports;
}

async function gatesOf(circuit: InnerCircuit | SoloCircuit, cacheDir: string): Promise<number> {
  const { path } = await compileCircuit({ name: circuit, cacheDir });
  return (await countGates(path)).gates;
}
