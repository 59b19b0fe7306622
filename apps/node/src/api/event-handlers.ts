import type { RouteResponse } from "@cairn/rpc";
import type { EventLog } from "../events/log.ts";
import { readEvents } from "../events/messages.ts";
import { cursorPosition, positionCursor } from "../events/position.ts";
import type { Handlers } from "./handlers.ts";
import { toEventFilter } from "./stream-client.ts";

/** What happened, in pages, answered from the log alone. */
export function createEventHandlers(log: EventLog): Handlers<"events"> {
  const reset = async (): Promise<RouteResponse<"events">> => {
    const cursor = positionCursor(await log.end());
    return { events: [{ type: "reset", cursor }], next: cursor, isEnd: true };
  };

  return {
    events: async ({ query }) => {
      const { cursor, from, limit } = query;
      const given = cursor === undefined ? null : cursorPosition(cursor);
      if (given !== null && !(await log.isKept(given))) return reset();
      const position = given ?? (await (from === "now" ? log.end() : log.start()));
      const page = await readEvents(log, toEventFilter(query), position, limit);
      if (page === null) return reset();
      const events = page.told.map(({ message }) => message);
      return { events, next: positionCursor(page.position), isEnd: page.isEnd };
    },
  };
}
