import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { useSettings } from "../ui/use-texts.ts";
import type { TokenLabel } from "../ui/values.tsx";
import type { RestoredSummary, RestorerOperation, RestorerOperations } from "../workers/restorer-protocol.ts";
import { type Restorer, type RestorerState, restorerFor } from "./restorer.ts";
import { useRollup } from "./rollup.tsx";
import { useRollupOnL1 } from "./use-l1.ts";

const IDLE: RestorerState = { status: "idle" };
const ETH: TokenLabel = { id: 0, symbol: "ETH", decimals: 18 };

/** The rebuilding of the state, and how far it is; null when no RPC of L1 is set. */
export function useRestorer(): { readonly restorer: Restorer | null; readonly state: RestorerState } {
  const { config } = useRollup();
  const { beacon, archive } = useSettings();
  const { rollup, chainId, l1 } = config;
  const restorer = useMemo(
    () => (l1 === null ? null : restorerFor({ rollup, chainId, l1, beacon, archive })),
    [rollup, chainId, l1, beacon, archive],
  );
  const state = useSyncExternalStore(restorer?.onState ?? nothing, restorer?.state ?? (() => IDLE));
  return { restorer, state };
}

/** The rebuilt state, which follows L1 from then on; null before. */
export function useRebuiltState(): RestoredSummary | null {
  const { restorer, state } = useRestorer();
  const { data } = useRollupOnL1();
  useEffect(() => {
    if (data !== undefined) restorer?.follow(data);
  }, [data, restorer]);
  return state.status === "idle" ? null : state.summary;
}

/** What the rebuilt state answers; asked again when it changes. */
export function useRebuilt<Name extends RestorerOperation>(
  operation: Name,
  asked: RestorerOperations[Name]["asked"],
  isOn = true,
): UseQueryResult<RestorerOperations[Name]["answer"], Error> {
  const { restorer } = useRestorer();
  const summary = useRebuiltState();
  return useQuery<RestorerOperations[Name]["answer"], Error>({
    queryKey: ["rebuilt", operation, asked, summary?.l1.blockHash ?? null],
    queryFn: () => {
      if (restorer === null) throw new TypeError("no RPC of L1");
      return restorer.ask(operation, asked);
    },
    enabled: isOn && restorer !== null && summary !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** How tokens are called, read from their contracts: without any node. */
export function useTokensOnL1(ids: readonly number[]): (id: number) => TokenLabel {
  const { data } = useRebuilt("tokens", { ids: [...new Set(ids)].sort((a, b) => a - b) });
  return (id) => data?.find((token) => token.id === id) ?? (id === 0 ? ETH : { id, symbol: null, decimals: null });
}

function nothing(): () => void {
  return () => undefined;
}
