import { bytesToBigint } from "@cairn/protocol";
import type { Db } from "./database.ts";
import { address } from "./values.ts";

/** A token that someone registered on L1, as its contract describes itself. */
export interface StoredToken {
  readonly id: number;
  /** Of its contract on L1. */
  readonly address: bigint;
  /** With any characters, as anyone may choose them; null when the contract says nothing usable. */
  readonly symbol: string | null;
  readonly decimals: number | null;
  /** When it was last read from L1. */
  readonly readAtMs: number;
}

/** Stores tokens, in place of what was known of them. */
export async function storeTokens(db: Db, tokens: readonly StoredToken[]): Promise<void> {
  if (tokens.length === 0) return;
  await db
    .insertInto("tokens")
    .values(
      tokens.map(({ id, address: contract, symbol, decimals, readAtMs }) => ({
        id,
        address: address(contract),
        // PostgreSQL's text cannot hold it.
        symbol: symbol === null ? null : symbol.replaceAll("\0", "\ufffd"),
        decimals,
        read_at_ms: readAtMs,
      })),
    )
    .onConflict((conflict) =>
      conflict.column("id").doUpdateSet(({ ref }) => ({
        address: ref("excluded.address"),
        symbol: ref("excluded.symbol"),
        decimals: ref("excluded.decimals"),
        read_at_ms: ref("excluded.read_at_ms"),
      })),
    )
    .execute();
}

/** Tokens from a number on, in order, at most `limit`. */
export async function listTokens(
  db: Db,
  { from, limit }: { readonly from: number; readonly limit: number },
): Promise<StoredToken[]> {
  const rows = await db.selectFrom("tokens").selectAll().where("id", ">=", from).orderBy("id").limit(limit).execute();
  return rows.map(toToken);
}

/** Tokens by their numbers, in order; those that are not known are left out. */
export async function loadTokens(db: Db, ids: readonly number[]): Promise<StoredToken[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom("tokens")
    .selectAll()
    .where("id", "in", [...ids])
    .orderBy("id")
    .execute();
  return rows.map(toToken);
}

/** The token of a contract on L1. */
export async function findTokenAt(db: Db, contract: bigint): Promise<StoredToken | undefined> {
  const row = await db
    .selectFrom("tokens")
    .selectAll()
    .where("address", "=", address(contract))
    .orderBy("id")
    .limit(1)
    .executeTakeFirst();
  return row && toToken(row);
}

/** The newest tokens of those that were read since a time, at most `limit`, the newest first. */
export async function loadTokensReadSince(db: Db, sinceMs: number, limit: number): Promise<StoredToken[]> {
  const rows = await db
    .selectFrom("tokens")
    .selectAll()
    .where("read_at_ms", ">=", sinceMs)
    .orderBy("id", "desc")
    .limit(limit)
    .execute();
  return rows.map(toToken);
}

/** The highest number of a stored token, 0 without one. */
export async function findLastTokenId(db: Db): Promise<number> {
  const row = await db
    .selectFrom("tokens")
    .select(({ fn }) => fn.max("id").as("last"))
    .executeTakeFirst();
  return Number(row?.last ?? 0);
}

/** Deletes the tokens above a number: a reorg removed their registrations. */
export async function deleteTokensAbove(db: Db, id: number): Promise<void> {
  await db.deleteFrom("tokens").where("id", ">", id).execute();
}

function toToken(row: {
  readonly id: number;
  readonly address: Uint8Array;
  readonly symbol: string | null;
  readonly decimals: number | null;
  readonly read_at_ms: number;
}): StoredToken {
  return {
    id: Number(row.id),
    address: bytesToBigint(row.address),
    symbol: row.symbol,
    decimals: row.decimals,
    readAtMs: Number(row.read_at_ms),
  };
}
