import type { NodeClient } from "@cairn/sdk";
import { type InfiniteData, type UseInfiniteQueryResult, useInfiniteQuery } from "@tanstack/react-query";
import type { Topic } from "./live.ts";
import { useRollup } from "./rollup.tsx";

const INTERVAL_MS = 15_000;

/** A list of the node, page by page; what is shown is asked for again when the stream tells of one of the topics. */
export function usePages<Answer extends { readonly next: string | null }>(
  key: readonly (string | number)[],
  topics: readonly Topic[],
  ask: (
    node: NodeClient,
    page: { readonly cursor?: string },
    options: { readonly signal: AbortSignal },
  ) => Promise<Answer>,
): UseInfiniteQueryResult<InfiniteData<Answer>, Error> {
  const { node } = useRollup();
  return useInfiniteQuery({
    queryKey: [node?.url ?? null, "pages", ...key],
    queryFn: ({ pageParam, signal }) => {
      if (node === null) throw new TypeError("no node");
      return ask(node, pageParam === null ? {} : { cursor: pageParam }, { signal });
    },
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }: Answer) => next,
    enabled: node !== null,
    meta: { topics },
    refetchInterval: INTERVAL_MS,
  });
}
