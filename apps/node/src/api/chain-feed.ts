import { type Database, readBlockHeights } from "@cairn/db";
import type { StreamMessage } from "@cairn/rpc";
import type { Logger } from "pino";
import type { Clock } from "../clock.ts";
import { createPoller } from "../poller.ts";

/** Reports to the stream what a watcher in another process writes into the database. */
export interface ChainFeed {
  /** What is there at the start is not reported. */
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** A feed of blocks that L1 accepts, undoes in a reorg and makes final, found by polling every `pollMs`. */
export function createChainFeed(
  pollMs: number,
  deps: {
    readonly database: Database;
    readonly clock: Clock;
    readonly logger: Logger;
    readonly publish: (messages: readonly StreamMessage[]) => void;
  },
): ChainFeed {
  const { db } = deps.database;
  let known: Heights | null = null;

  const look = async (): Promise<void> => {
    const heights = await readBlockHeights(db);
    if (known !== null) deps.publish(changes(known, heights));
    known = heights;
  };
  const failure = "the database cannot say what is proven on L1";
  const poller = createPoller({ ...deps, run: look, failure, pollMs });
  return {
    start: async () => {
      await poller.poll();
      poller.start(pollMs);
    },
    stop: poller.stop,
  };
}

/** Numbers of the last proven and of the last final block; blocks are numbered from 1. */
interface Heights {
  readonly proven: number;
  readonly final: number;
}

/** The messages for changed heights. */
export function changes(before: Heights, now: Heights): StreamMessage[] {
  return [
    ...blocksAfter(now.proven, before.proven, "sealed"),
    ...blocksAfter(before.proven, now.proven, "proven"),
    ...blocksAfter(before.final, now.final, "final"),
  ];
}

function blocksAfter(first: number, last: number, status: "sealed" | "proven" | "final"): StreamMessage[] {
  return Array.from({ length: Math.max(0, last - first) }, (_, i) => ({
    type: "block",
    number: first + 1 + i,
    status,
  }));
}
