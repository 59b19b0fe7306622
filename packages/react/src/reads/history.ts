import type { ClientRequest, RouteResponse } from "@cairn/rpc";
import { type InfiniteData, skipToken, type UseInfiniteQueryResult, useInfiniteQuery } from "@tanstack/react-query";
import type { ReadError } from "../errors.ts";
import { keyOf, type Topic } from "../live/topics.ts";
import { useCairn, useLiveState } from "../provider/context.ts";
import { readAccount, useOwner } from "./accounts.ts";
import { type WithAmounts, withAmounts } from "./amounts.ts";
import { optionsOf, withExtras } from "./live-query.ts";

type Page = RouteResponse<"ownerHistory">;

/** How often a page is asked for that news keep cutting off. */
const MAX_TRIES = 5;

/** One line of a history: a transaction, a deposit or request on L1, a payout, the fees of a block. */
export type HistoryEntry = WithAmounts<Page["entries"][number], "amount" | "fee">;

/** Which history, and what of it. */
export interface HistoryQuery
  extends Pick<ClientRequest<"ownerHistory">["query"], "direction" | "type" | "status" | "reference"> {
  /** L1 address; by default the owner of the client. */
  readonly owner?: string | undefined;
  /** Only of this account. */
  readonly account?: number | undefined;
  readonly tokenId?: number;
  /** Milliseconds since the epoch: only entries from then on. */
  readonly sinceMs?: number;
  /** Only entries before then. */
  readonly untilMs?: number;
  /** Entries of a page, 1 to 100; 25 by default. */
  readonly pageSize?: number;
}

/** Pages, and the entries of all of them, newest first. */
export interface History extends InfiniteData<Page, string | null> {
  readonly entries: readonly HistoryEntry[];
}

/** As TanStack Query returns pages; `isLive` as in `LiveResult`. */
export type HistoryResult = UseInfiniteQueryResult<History, ReadError> & { readonly isLive: boolean };

/**
 * What happened to an owner or to one account, newest first, page by page: `fetchNextPage` adds older entries while
 * `hasNextPage` says that there are any. A page may be short or empty before the end. What happens is added at the top
 * while the stream tells it; then all pages that are shown are asked for again. Throws `react/no-provider`.
 *
 * @example
 * const { data, fetchNextPage, hasNextPage, isLive } = useHistory({ direction: "in" });
 * data?.entries.map(({ id, amount, status }) => …);
 */
export function useHistory({ owner, account, pageSize = 25, ...filters }: HistoryQuery = {}): HistoryResult {
  const value = useCairn();
  const who = useOwner(owner);
  useLiveState();
  const query = { ...filters, limit: pageSize };
  const topic: Topic | null =
    account !== undefined
      ? { type: "accountHistory", index: account, query }
      : who === null
        ? null
        : { type: "ownerHistory", owner: who, query };
  const { client, queryClient } = value;
  const queryKey = topic === null ? ["cairn", "nothing"] : keyOf(client.cairn, topic);

  const result = useInfiniteQuery<Page, ReadError, History, readonly unknown[], string | null>(
    {
      queryKey,
      queryFn:
        topic === null
          ? skipToken
          : async ({ signal, pageParam }) => {
              const node = await client.cairn.node();
              const args = pageParam === null ? query : { ...query, cursor: pageParam };
              if (account === undefined) return node.ownerHistory({ ...args, owner: who ?? "" }, { signal });
              // Who owns the account decides whether the stream tells of it.
              if (pageParam === null) await readAccount(node, account, { signal }, value);
              return node.accountHistory({ ...args, index: account }, { signal });
            },
      initialPageParam: null,
      getNextPageParam: ({ next }) => next,
      select: toHistory,
      ...optionsOf(value),
    },
    queryClient,
  );

  const cached = () => queryClient.getQueryCache().find<InfiniteData<Page>>({ queryKey, exact: true });

  /**
   * A further page never cuts off an answer that is on its way, nor makes one look new that is old: TanStack Query takes
   * any page as news of all. And where news cut it off, it is asked for again.
   */
  const fetchNextPage: HistoryResult["fetchNextPage"] = async (options) => {
    for (let tries = 1; ; tries++) {
      const query = cached();
      if (query?.state.fetchStatus === "fetching") await query.promise?.catch(() => undefined);
      const isOld = query?.state.isInvalidated === true;
      const pages = query?.state.data?.pages.length ?? 0;
      const fetched = await result.fetchNextPage({ ...options, cancelRefetch: false });
      if (isOld) void queryClient.invalidateQueries({ queryKey, exact: true });
      const isMore = (cached()?.state.data?.pages.length ?? 0) > pages;
      if (isMore || fetched.isError || !fetched.hasNextPage || tries === MAX_TRIES) return fetched;
    }
  };

  const isLive = topic !== null && result.data !== undefined && !result.isStale;
  return withExtras(result, { isLive, fetchNextPage }) as HistoryResult;
}

function toHistory({ pages, pageParams }: InfiniteData<Page, string | null>): History {
  const entries = pages.flatMap((page) => page.entries.map((entry) => withAmounts(entry, ["amount", "fee"])));
  return { pages, pageParams, entries };
}
