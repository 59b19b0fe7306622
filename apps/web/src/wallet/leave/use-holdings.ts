import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useRebuiltState, useRestorer } from "../../data/use-restorer.ts";
import type { RestorerOperations } from "../../workers/restorer-protocol.ts";

/** L1 makes a block about that often. */
const INTERVAL_MS = 12_000;

/** What the rollup has of an owner, and the clocks of the way out: L1's, by the state that the page has rebuilt. */
export type Found = RestorerOperations["holdings"]["answer"];

/** Asks for it, and again at intervals; nothing before the state is rebuilt. */
export function useHoldings(owner: string): UseQueryResult<Found, Error> {
  const { restorer } = useRestorer();
  const isRebuilt = useRebuiltState() !== null;
  return useQuery<Found, Error>({
    queryKey: ["rebuilt", "holdings", owner],
    queryFn: () => {
      if (restorer === null) throw new TypeError("no RPC of L1");
      return restorer.ask("holdings", { owner });
    },
    enabled: restorer !== null && isRebuilt,
    refetchInterval: INTERVAL_MS,
  });
}
