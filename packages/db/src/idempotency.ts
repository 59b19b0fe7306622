import { bytesToBigint } from "@cairn/protocol";
import { sql } from "kysely";
import type { Db } from "./database.ts";
import { bytes, word } from "./values.ts";

/** Names a payment for its sender: the account that signs first, and a text of the client's. */
export interface IdempotencyKey {
  readonly account: number;
  readonly key: string;
}

const ID_BYTES = 32;

/** Lets a key stand for transactions, unless it stands for others already; returns those that it stands for. */
export async function bindIdempotencyKey(
  db: Db,
  { account, key }: IdempotencyKey,
  ids: readonly bigint[],
  atMs: number,
): Promise<bigint[]> {
  const { rows } = await sql<{ readonly ids: Uint8Array }>`
    with bound as (
      insert into idempotency_keys (account, key, ids, bound_at_ms) values (${account}, ${key}, ${encode(ids)}, ${atMs})
      on conflict (account, key) do nothing
      returning ids
    )
    select ids from bound
    union all select ids from idempotency_keys where account = ${account} and key = ${key}
    limit 1
  `.execute(db);
  const [row] = rows;
  return row === undefined ? [...ids] : decode(bytes(row.ids));
}

/** Lets a key stand for other transactions than so far; false if it does not stand for these any more. */
export async function rebindIdempotencyKey(
  db: Db,
  { account, key }: IdempotencyKey,
  { from, to }: { readonly from: readonly bigint[]; readonly to: readonly bigint[] },
  atMs: number,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("idempotency_keys")
    .set({ ids: encode(to), bound_at_ms: atMs })
    .where("account", "=", account)
    .where("key", "=", key)
    .where("ids", "=", encode(from))
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

function encode(ids: readonly bigint[]): Uint8Array {
  const encoded = new Uint8Array(ID_BYTES * ids.length);
  for (const [i, id] of ids.entries()) encoded.set(word(id), ID_BYTES * i);
  return encoded;
}

function decode(encoded: Uint8Array): bigint[] {
  const count = encoded.length / ID_BYTES;
  return Array.from({ length: count }, (_, i) => bytesToBigint(encoded.subarray(ID_BYTES * i, ID_BYTES * (i + 1))));
}
