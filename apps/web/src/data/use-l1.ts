import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { VerifierOperations } from "../workers/protocol.ts";
import type { Topic } from "./live.ts";
import { useRollup } from "./rollup.tsx";
import type { Verifier } from "./verifier.ts";

/** L1 makes a block about that often. */
const INTERVAL_MS = 12_000;

/** What a check finds; made again when the node tells of one of the topics, and at intervals. */
export function useCheck<Answer>(
  key: readonly (string | number | null)[],
  topics: readonly Topic[],
  check: ((verifier: Verifier) => Promise<Answer>) | null,
): UseQueryResult<Answer, Error> {
  const { verifier, config } = useRollup();
  return useQuery<Answer, Error>({
    queryKey: ["l1", config.l1, config.node, ...key],
    queryFn: () => {
      if (verifier === null || check === null) throw new TypeError("nothing to check with");
      return check(verifier);
    },
    enabled: verifier !== null && check !== null,
    meta: { topics },
    refetchInterval: INTERVAL_MS,
  });
}

/** The rollup as its contract has it, read through the user's RPC. */
export function useRollupOnL1(): UseQueryResult<VerifierOperations["rollup"]["answer"], Error> {
  return useCheck(["rollup"], ["batch"], (verifier) => verifier.ask("rollup", {}));
}

/** How an account can leave by L1 alone. */
export function useExitReadiness(index: number): UseQueryResult<VerifierOperations["wayOut"]["answer"], Error> {
  return useCheck(["way out", index], ["batch"], (verifier) => verifier.ask("wayOut", { index }));
}
