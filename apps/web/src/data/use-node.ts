import type { NodeClient } from "@cairn/sdk";
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import type { LiveState, Topic } from "./live.ts";
import { isUnknown } from "./node.ts";
import { useRollup } from "./rollup.tsx";

/** What the node is asked again about without having told of anything. */
const INTERVAL_MS = 15_000;
/** What it does not know may come soon. */
const UNKNOWN_INTERVAL_MS = 3000;

/** What the node answers to a question; asked again when its stream tells of one of the topics, and at intervals. */
export function useNode<Answer>(
  key: readonly (string | number)[],
  topics: readonly Topic[],
  ask: (node: NodeClient, options: { readonly signal: AbortSignal }) => Promise<Answer>,
  { intervalMs = INTERVAL_MS }: { readonly intervalMs?: number } = {},
): UseQueryResult<Answer, Error> {
  const { node } = useRollup();
  return useQuery<Answer, Error>({
    queryKey: [node?.url ?? null, ...key],
    queryFn: ({ signal }) => {
      if (node === null) throw new TypeError("no node");
      return ask(node, { signal });
    },
    enabled: node !== null,
    meta: { topics },
    refetchInterval: ({ state }) => (state.data === null || isUnknown(state.error) ? UNKNOWN_INTERVAL_MS : intervalMs),
  });
}

/** Whether the page hears of what happens. */
export function useLive(): LiveState {
  const { live } = useRollup();
  return useSyncExternalStore(live.onState, live.state);
}
