import type { NodeClient } from "@cairn/sdk";
import { type Query, skipToken, type UseQueryResult, useQuery } from "@tanstack/react-query";
import type { ReadError } from "../errors.ts";
import { keyOf, type Topic } from "../live/topics.ts";
import { type CairnValue, useCairn, useLiveState } from "../provider/context.ts";

/**
 * An answer of the node, as TanStack Query returns it, with the SDK's errors. `isLive` says that nothing that the stream
 * tells has happened since it was given; while it is false, show `data` as what it is: from `dataUpdatedAt`.
 */
export type LiveResult<Data> = UseQueryResult<Data, ReadError> & { readonly isLive: boolean };

/** What a query asks, and how. */
export interface LiveQuery<Answer, Data> {
  /** Null while there is nothing to ask. */
  readonly topic: Topic | null;
  readonly read: (node: NodeClient, options: { readonly signal: AbortSignal }, value: CairnValue) => Promise<Answer>;
  /** Must be the same function in every rendering. */
  readonly select: (answer: Answer) => Data;
  /** Milliseconds until time alone makes an answer another one; null for never. */
  readonly changesInMs?: (answer: Answer) => number | null;
}

/** Timers take no more. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** What the cache holds of it is `Answer`, in JSON; the hook returns `Data`. */
export function useLiveQuery<Answer, Data>(asked: LiveQuery<Answer, Data>): LiveResult<Data> {
  const { topic, read, select, changesInMs } = asked;
  const value = useCairn();
  const options = optionsOf(value);
  useLiveState();
  const result = useQuery<Answer, ReadError, Data>(
    {
      queryKey: topic === null ? ["cairn", "nothing"] : keyOf(value.client.cairn, topic),
      queryFn:
        topic === null ? skipToken : async ({ signal }) => read(await value.client.cairn.node(), { signal }, value),
      select,
      ...options,
      refetchInterval: (query) => {
        const { data } = query.state;
        const interval = options.refetchInterval(query);
        const inMs = data === undefined || interval !== false ? null : (changesInMs?.(data) ?? null);
        if (inMs === null) return interval;
        return inMs > 0 ? Math.min(inMs, MAX_TIMER_MS) : value.refetchMs;
      },
    },
    value.queryClient,
  );
  const isLive = topic !== null && result.data !== undefined && !result.isStale;
  // Omit would lose that the type is a union.
  return withExtras(result, { isLive }) as LiveResult<Data>;
}

/** What is looked at of a query, whatever the type of its answer. */
type AnyQuery = Pick<Query, "queryKey" | "state">;

/**
 * When queries are asked again: at once when the stream tells of a change, else at intervals. The SDK's client repeats
 * what is worth it, and says itself when the network is down.
 */
export function optionsOf({ live, refetchMs }: Pick<CairnValue, "live" | "refetchMs">) {
  return {
    staleTime: ({ queryKey, state }: AnyQuery) =>
      live.isFollowed(queryKey, state.data) ? Number.POSITIVE_INFINITY : 0,
    refetchInterval: (query: AnyQuery) => (live.isCurrent(query) ? (false as const) : refetchMs),
    refetchOnMount: true,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
    retry: false,
    networkMode: "always",
  } as const;
}

/** The result with more properties. Results of TanStack Query notice what is read of them, and must not be copied. */
export function withExtras<Result extends object, Extras extends object>(
  result: Result,
  extras: Extras,
): Omit<Result, keyof Extras> & Extras {
  return new Proxy(result, {
    get: (target, key) => Reflect.get(Object.hasOwn(extras, key) ? extras : target, key),
    has: (target, key) => Reflect.has(extras, key) || Reflect.has(target, key),
    ownKeys: (target) => [...new Set([...Reflect.ownKeys(target), ...Reflect.ownKeys(extras)])],
    getOwnPropertyDescriptor: (target, key) => {
      const source = Object.hasOwn(extras, key) ? extras : target;
      return Object.hasOwn(source, key)
        ? { value: Reflect.get(source, key), enumerable: true, configurable: true }
        : undefined;
    },
  }) as unknown as Omit<Result, keyof Extras> & Extras;
}
