import type { StoredEvent } from "@cairn/db";
import { decodeCursor, encodeCursor } from "../api/cursors.ts";

/** How far a reader of the log has come: it knows all events before a number, and the first parts of that one. */
export interface LogPosition {
  /** 0 before the first event. */
  readonly number: number;
  /** When that event was written: another log has another one at the number. */
  readonly atMs: number;
  /** Entries of it, in their order, of whatever filter; {@link ALL_PARTS} for the whole event. */
  readonly parts: number;
}

/** More parts than any event has. */
export const ALL_PARTS = 9999;

/** Before the first event. */
export const LOG_START: LogPosition = { number: 0, atMs: 0, parts: ALL_PARTS };

/** After an event. */
export function positionAfter({ number, atMs }: Pick<StoredEvent, "number" | "atMs">, parts = ALL_PARTS): LogPosition {
  return { number, atMs, parts };
}

/** The cursor of a position. */
export function positionCursor({ number, atMs, parts }: LogPosition): string {
  return encodeCursor("events", [number, atMs, parts]);
}

/** The position of a cursor. Throws `ApiError` for anything else. */
export function cursorPosition(cursor: string): LogPosition {
  const [number = 0, atMs = 0, parts = ALL_PARTS] = decodeCursor("events", cursor, 3) ?? [];
  return { number, atMs, parts };
}
