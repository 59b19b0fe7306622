import type { RouteResponse } from "@cairn/rpc";

/** A proof about blocks, from the first to the last, that nobody has begun. */
export function waitingProof(
  id: number,
  circuit: string,
  [firstBlock, lastBlock]: readonly [number, number],
  parent: number | null,
): RouteResponse<"proofs">["proofs"][number] {
  return {
    id,
    parent,
    circuit,
    firstBlock,
    lastBlock,
    state: "waiting",
    prover: null,
    startedAtMs: null,
    madeAtMs: null,
  };
}
