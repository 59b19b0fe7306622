import type { Query, QueryClient } from "@tanstack/react-query";
import { pause } from "../pause.ts";

/** Least time between two answers to the same question, however much happens. */
const LEAST_GAP_MS = 200;

/** Asks again what has changed. */
export interface Refresher {
  /**
   * Marks the answers of these queries as old, at once, and asks again for those that are shown. What happens while an
   * answer is on its way is asked for after it: an answer is never cut off, so that a busy account has one too.
   */
  readonly refresh: (queries: readonly Query[]) => void;
}

/** Asks through a cache, until the signal is aborted. */
export function createRefresher(queryClient: QueryClient, signal: AbortSignal): Refresher {
  /** Queries that are being asked, and whether once more after that. */
  const rounds = new Map<string, { isAgain: boolean }>();

  const markOld = ({ queryKey }: Query) =>
    queryClient.invalidateQueries({ queryKey, exact: true, refetchType: "none" });

  const ask = async (query: Query): Promise<void> => {
    const round = { isAgain: true };
    rounds.set(query.queryHash, round);
    while (round.isAgain && !signal.aborted) {
      // A first answer that is on its way is waited for, and may be older than what happened.
      round.isAgain = query.state.fetchStatus === "fetching" && query.state.data === undefined;
      await queryClient.invalidateQueries({ queryKey: query.queryKey, exact: true });
      if (round.isAgain) await markOld(query);
      await pause(LEAST_GAP_MS, signal);
    }
    rounds.delete(query.queryHash);
  };

  return {
    refresh: (queries) => {
      for (const query of queries) {
        const round = rounds.get(query.queryHash);
        if (round !== undefined) round.isAgain = true;
        void markOld(query);
        if (round === undefined) void ask(query);
      }
    },
  };
}
