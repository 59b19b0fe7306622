import type { NodeClient, StreamEvent } from "@cairn/sdk";
import type { Query, QueryClient } from "@tanstack/react-query";

/** How the page hears of what happens. */
export type LiveState =
  | { readonly status: "off" | "connecting" | "live" }
  /** Since when nothing has been heard, in milliseconds since the epoch. */
  | { readonly status: "lost"; readonly sinceMs: number };

/** The node's stream, of which the parts of a page follow what concerns them. */
export interface Live {
  readonly state: () => LiveState;
  readonly onState: (listener: () => void) => () => void;
  /** Begins to listen; returns what ends it. */
  readonly start: () => () => void;
}

/** What an answer depends on: it is asked for again when one of these is told. */
export type Topic = "block" | "batch" | "entry";

/** Answers are asked for again at most this often. */
const PAUSE_MS = 200;

/** A stream that asks again for what its events concern; `null` is silent. */
export function createLive(node: NodeClient | null, queries: QueryClient): Live {
  let state: LiveState = node === null ? { status: "off" } : { status: "connecting" };
  const listeners = new Set<() => void>();
  const change = (next: LiveState): void => {
    state = next;
    for (const listener of listeners) listener();
  };
  const refresh = createRefresher(queries);
  const hear = (event: StreamEvent): void => {
    if (event.type === "disconnected") {
      if (state.status !== "lost") change({ status: "lost", sinceMs: Date.now() });
      return;
    }
    if (event.type === "connected" || event.type === "reset") {
      // What was answered before may have changed unheard.
      refresh.all();
      change({ status: "live" });
      return;
    }
    refresh.about(event.type);
  };
  const listen = async (stream: AsyncIterable<StreamEvent>): Promise<void> => {
    try {
      for await (const event of stream) hear(event);
    } catch {
      // A node that speaks another language: answers come at intervals all the same.
      change({ status: "lost", sinceMs: Date.now() });
    }
  };
  return {
    state: () => state,
    onState: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start: () => {
      if (node === null) return () => undefined;
      const ending = new AbortController();
      void listen(node.stream({ signal: ending.signal, retryDelayMs: 500 }));
      return () => ending.abort();
    },
  };
}

/** Marks answers as old, with pauses, so that a busy rollup does not make the page ask all the time. */
function createRefresher(queries: QueryClient) {
  const topics = new Set<Topic>();
  let isEverything = false;
  let isWaiting = false;
  const isConcerned = ({ meta }: Query): boolean =>
    isEverything || (Array.isArray(meta?.topics) && meta.topics.some((topic: Topic) => topics.has(topic)));
  const flush = (): void => {
    isWaiting = false;
    void queries.invalidateQueries({ predicate: isConcerned });
    topics.clear();
    isEverything = false;
  };
  const soon = (): void => {
    if (!isWaiting) setTimeout(flush, PAUSE_MS);
    isWaiting = true;
  };
  return {
    all: () => {
      isEverything = true;
      soon();
    },
    about: (topic: Topic) => {
      topics.add(topic);
      soon();
    },
  };
}
