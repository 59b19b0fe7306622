import type { Place } from "@cairn/db";
import { ApiError } from "./errors.ts";

/** Lists with cursors; each reads its own only. */
export type ListName =
  | "accounts"
  | "batches"
  | "blocks"
  | "deposits"
  | "events"
  | "history"
  | "payouts"
  | "queue"
  | "tokens"
  | "webhookMessages";

/**
 * The cursor of a place in a list, named by whole numbers. It is opaque to clients: what is in it may change with any
 * version.
 */
export function encodeCursor(list: ListName, numbers: readonly number[]): string {
  return Buffer.from(`${list}:${numbers.join(":")}`).toString("base64url");
}

/** The `count` numbers of a list's cursor; null without a cursor. Throws `ApiError` for any other text. */
export function decodeCursor(list: ListName, cursor: string | undefined, count: number): readonly number[] | null {
  if (cursor === undefined) return null;
  const [name, ...parts] = Buffer.from(cursor, "base64url").toString("latin1").split(":");
  const numbers = parts.map((part) => (/^(?:0|[1-9][0-9]{0,15})$/.test(part) ? Number(part) : Number.NaN));
  const isOfList = name === list && numbers.length === count && numbers.every(Number.isSafeInteger);
  if (isOfList && encodeCursor(list, numbers) === cursor) return numbers;
  throw new ApiError("bad-request", "query.cursor: not a cursor of this list", {
    issues: [{ at: "query.cursor", message: "not a cursor of this list" }],
  });
}

/** The cursor of a place in a history. */
export function placeCursor({ atMs, source, number }: Place): string {
  return encodeCursor("history", [atMs, source, number]);
}

/** The place of a history's cursor; null without a cursor. Throws as {@link decodeCursor}. */
export function cursorPlace(cursor: string | undefined): Place | null {
  const [atMs, source, number] = decodeCursor("history", cursor, 3) ?? [];
  if (atMs === undefined || source === undefined || number === undefined) return null;
  return { atMs, source, number };
}

/** Rows of a page, and the cursor after the last of them when another page follows. */
export async function pageOf<Row>(
  limit: number,
  load: (limit: number) => Promise<readonly Row[]>,
  cursorOf: (last: Row) => string,
): Promise<{ readonly rows: readonly Row[]; readonly next: string | null }> {
  const found = await load(limit + 1);
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return { rows, next: last === undefined || found.length <= limit ? null : cursorOf(last) };
}
