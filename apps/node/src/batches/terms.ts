import { soloCircuit } from "@cairn/circuits";
import { rollupAbi } from "@cairn/contracts";
import type { L1Rollup } from "@cairn/l1";
import { CairnError, LAST_CIRCUIT_TYPE, type LastCircuit, type SoloSize } from "@cairn/protocol";
import type { NodeErrorCode } from "../errors.ts";

/** What the contract says about batches; fixed when it was deployed. */
export interface BatchTerms {
  /** Seconds within which a queue entry has to be consumed. */
  readonly inclusionDelaySeconds: number;
  /** Circuits whose proofs it accepts. */
  readonly circuits: readonly LastCircuit[];
}

/** Reads the terms. Throws what the RPC throws. */
export async function readBatchTerms({ reader, address }: L1Rollup): Promise<BatchTerms> {
  const { inclusionDelay, circuits } = await reader.readContract({
    address,
    abi: rollupAbi,
    functionName: "parameters",
  });
  const types = new Set(circuits.map(({ circuitType }) => circuitType));
  return {
    inclusionDelaySeconds: Number(inclusionDelay),
    circuits: namesOfCircuits().filter((name) => types.has(LAST_CIRCUIT_TYPE[name])),
  };
}

/**
 * Throws `node/bad-config` when batches of up to `maxBlocks` blocks of a size may need a circuit that the contract does not
 * know.
 */
export function assertBatchTerms(
  { circuits }: Pick<BatchTerms, "circuits">,
  { size, maxBlocks }: { readonly size: SoloSize; readonly maxBlocks: number },
): void {
  const needed: LastCircuit[] = [soloCircuit(size)];
  if (maxBlocks > 1) needed.push("pair");
  if (maxBlocks > 2) needed.push("batch");
  const missing = needed.filter((name) => !circuits.includes(name));
  if (missing.length === 0) return;
  const problem = `batches of up to ${maxBlocks} blocks of ${size} slots need ${missing.join(" and ")}`;
  throw new CairnError<NodeErrorCode>("node/bad-config", `${problem}, whose proofs the contract does not take`);
}

function namesOfCircuits(): LastCircuit[] {
  return Object.keys(LAST_CIRCUIT_TYPE) as LastCircuit[];
}
