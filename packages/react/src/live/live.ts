import { isCairnError } from "@cairn/protocol";
import type { CairnClient, StreamEvent } from "@cairn/sdk";
import type { Query, QueryClient } from "@tanstack/react-query";
import { createListeners } from "../listeners.ts";
import { pause } from "../pause.ts";
import { createRefresher } from "./refresher.ts";
import { type EntryEvent, isConcerned, isCovered, scopeOf, topicOf } from "./topics.ts";

/** How the page hears of what happens. */
export type LiveState =
  /** The stream is not connected yet. */
  | { readonly status: "connecting" }
  /** The stream tells what happens, as it happens. */
  | { readonly status: "live" }
  /** The stream is lost or cannot be reached; it is tried again, and meanwhile what is shown is asked for at intervals. */
  | { readonly status: "disconnected"; readonly reason: string; readonly error: Error | null }
  /** There is no stream: no node, no owner, or no WebSocket. What is shown is asked for at intervals. */
  | { readonly status: "off"; readonly error: Error | null };

/** One stream for all that a page shows, and what it means for the answers in the cache. */
export interface Live {
  /** The owner whose stream it is; null for none. */
  readonly owner: string | null;
  /** Connects; returns what ends it. */
  readonly start: () => () => void;
  readonly state: () => LiveState;
  readonly onState: (listener: () => void) => () => void;
  /** What happens to the owner. */
  readonly onEntry: (listener: (event: EntryEvent) => void) => () => void;
  /** Whether nothing can have changed since the answer that the cache holds. */
  readonly isCurrent: (query: Pick<Query, "queryKey" | "state">) => boolean;
  /** Whether the stream tells of everything that could change this answer. */
  readonly isFollowed: (key: readonly unknown[], data: unknown) => boolean;
  /** Remembers who owns an account; null for nobody. It changes only when a reorg undoes the account. */
  readonly learnOwner: (index: number, owner: string | null) => void;
  readonly ownerOf: (index: number) => string | undefined;
  /** Asks again for everything that is shown. */
  readonly refreshAll: () => void;
}

const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 30_000;
const CONNECTING: LiveState = { status: "connecting" };
const LIVE: LiveState = { status: "live" };
const OFF: LiveState = { status: "off", error: null };

/** What a page begins with, and what it has on a server. */
export function firstState(client: CairnClient, owner: string | null): LiveState {
  return owner === null || !client.cairn.hasNode ? OFF : CONNECTING;
}

/** The stream of an owner, not connected yet. */
export function createLive(client: CairnClient, queryClient: QueryClient, owner: string | null): Live {
  const scope = scopeOf(client.cairn);
  const states = createListeners();
  const entries = createListeners<EntryEvent>();
  const owners = new Map<number, string>();
  let state = firstState(client, owner);
  let refresh: (queries: readonly Query[]) => void = () => undefined;

  const ownerOf = (index: number) => owners.get(index);
  const queriesWhere = (isMeant: (query: Query) => boolean) =>
    queryClient.getQueryCache().findAll({ queryKey: scope, predicate: isMeant });
  const change = (next: LiveState): void => {
    state = next;
    states.tell();
  };
  const refreshAll = (): void => refresh(queriesWhere(() => true));

  const hear = (event: StreamEvent): void => {
    if (owner === null) return;
    switch (event.type) {
      case "connected":
        // Whatever was answered before this moment may have changed since.
        refreshAll();
        change(LIVE);
        break;
      case "disconnected":
        change({ status: "disconnected", reason: event.reason, error: null });
        break;
      case "reset":
        refreshAll();
        break;
      case "entry": {
        const isMeant = ({ queryKey, state: { data } }: Query) => {
          const topic = topicOf(queryKey);
          return topic !== null && isConcerned(topic, data, owner, event);
        };
        refresh(queriesWhere(isMeant));
        entries.tell(event);
        break;
      }
    }
  };

  const listen = async (signal: AbortSignal): Promise<void> => {
    for (let tries = 0; owner !== null && client.cairn.hasNode && !signal.aborted; tries++) {
      try {
        const node = await client.cairn.node();
        for await (const event of node.stream({ owner, signal })) {
          if (signal.aborted) return;
          if (event.type === "connected") tries = 0;
          hear(event);
        }
      } catch (error) {
        if (signal.aborted) return;
        const problem = error instanceof Error ? error : new Error(String(error));
        if (isCairnError(error, "sdk/no-websocket")) return change({ status: "off", error: problem });
        change({ status: "disconnected", reason: problem.message, error: problem });
      }
      const ms = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** tries);
      await pause(ms * (0.5 + Math.random() / 2), signal);
    }
  };

  const isFollowed: Live["isFollowed"] = (key, data) => {
    const topic = topicOf(key);
    return state.status === "live" && owner !== null && topic !== null && isCovered(topic, data, owner, ownerOf);
  };

  return {
    owner,
    start: () => {
      const ending = new AbortController();
      refresh = createRefresher(queryClient, ending.signal).refresh;
      void listen(ending.signal);
      return () => {
        ending.abort();
        change(firstState(client, owner));
      };
    },
    state: () => state,
    onState: (listener) => states.add(listener),
    onEntry: entries.add,
    isFollowed,
    isCurrent: ({ queryKey, state: { data, isInvalidated } }) =>
      data !== undefined && !isInvalidated && isFollowed(queryKey, data),
    learnOwner: (index, its) => {
      if (its === null) owners.delete(index);
      else owners.set(index, its);
    },
    ownerOf,
    refreshAll,
  };
}
