import { createEventFeed, type EventFeed } from "../events/feed.ts";
import { createEventLog } from "../events/log.ts";
import type { Sequencer } from "../sequencer/sequencer.ts";
import type { Watcher } from "../watcher/watcher.ts";
import type { Part, PartContext } from "./part.ts";
import type { Storage } from "./storage.ts";

/** Parts of this process that write what happens; null for what runs elsewhere. */
interface Writers {
  readonly watcher: Watcher | null;
  readonly sequencer: Sequencer | null;
}

/** The log of what happens, for all in this process who read it; offers the feed. */
export function createEventsPart(
  { clock, child }: PartContext,
  { database }: Storage,
  { watcher, sequencer }: Writers,
): Part<EventFeed> {
  return {
    name: "events",
    start: async (endings) => {
      const feed = createEventFeed(createEventLog(database), { clock, logger: child("events") });
      endings.add("events", feed.stop);
      sequencer?.onEvent(feed.poke);
      watcher?.onEvent(feed.poke);
      feed.start();
      return feed;
    },
  };
}
