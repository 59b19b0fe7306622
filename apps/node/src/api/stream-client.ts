import { addressToBigint, hexToReference } from "@cairn/protocol";
import type { StreamMessage, streamQuerySchema } from "@cairn/rpc";
import type { Logger } from "pino";
import type { z } from "zod/mini";
import type { Clock } from "../clock.ts";
import type { EventFeed } from "../events/feed.ts";
import type { EventFilter } from "../events/filter.ts";
import { readEvents } from "../events/messages.ts";
import { cursorPosition, type LogPosition, positionCursor } from "../events/position.ts";

/** What a client of the stream listens to. */
export interface StreamRequest {
  readonly filter: EventFilter;
  /** Null for what happens from now on. */
  readonly after: LogPosition | null;
}

/** One client, from its connection to its end. */
export interface StreamClient {
  readonly start: () => void;
  /** Tells it that the connection works, and how far it has come. */
  readonly beat: () => void;
  readonly stop: () => void;
}

/** Close codes of RFC 6455's registry. */
const TRY_AGAIN_LATER = 1013;
/** Messages that are sent before the client has to have read them. */
const MESSAGES_AT_A_TIME = 100;

/** The filter that a query names. */
export function toEventFilter(query: Omit<z.output<typeof streamQuerySchema>, "cursor">): EventFilter {
  const { account, owner, reference } = query;
  return {
    account,
    owner: owner === undefined ? undefined : addressToBigint(owner),
    reference: reference === undefined ? undefined : hexToReference(reference),
  };
}

/** What a query asks for. Throws `ApiError` for a cursor of another list. */
export function toStreamRequest(query: z.output<typeof streamQuerySchema>): StreamRequest {
  return { filter: toEventFilter(query), after: query.cursor === undefined ? null : cursorPosition(query.cursor) };
}

/** Tells a client what happens, in order, as fast as it reads. */
export function createStreamClient(
  { filter, after }: StreamRequest,
  deps: {
    readonly feed: EventFeed;
    readonly clock: Clock;
    readonly logger: Logger;
    /** Resolves when the message has left, or cannot leave any more. */
    readonly send: (message: StreamMessage) => Promise<void>;
    readonly close: (code: number, reason: string) => void;
  },
): StreamClient {
  const { feed, clock, send } = deps;
  const { log } = feed;
  const ending = new AbortController();
  const { signal } = ending;
  /** How far the client was told; null before anything is known of it. */
  let position: LogPosition | null = null;

  const beat = (): void => {
    if (position === null) return;
    void send({ type: "heartbeat", cursor: positionCursor(position), atMs: clock.nowMs() });
  };

  const reset = async (): Promise<LogPosition> => {
    const end = await log.end();
    await send({ type: "reset", cursor: positionCursor(end) });
    return end;
  };

  const follow = async (): Promise<void> => {
    if (after !== null && !(await log.isKept(after))) position = await reset();
    else position = after ?? (await log.end());
    beat();
    while (!signal.aborted) {
      const page = await readEvents(log, filter, position, MESSAGES_AT_A_TIME);
      if (signal.aborted) return;
      if (page === null) {
        position = await reset();
        continue;
      }
      const sent = page.told.map(({ message }) => send(message));
      position = page.position;
      await sent.at(-1);
      if (page.isEnd) await feed.changed(position, signal);
    }
  };

  return {
    start: () => {
      follow().catch((error: unknown) => {
        deps.logger.error({ err: error }, "a client of the stream cannot be told what happens");
        deps.close(TRY_AGAIN_LATER, "the node cannot read what happened");
      });
    },
    beat,
    stop: () => ending.abort(),
  };
}
