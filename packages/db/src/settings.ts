import { type BlockSize, CairnError, type Domain } from "@cairn/protocol";
import type { Db } from "./database.ts";
import type { DbErrorCode } from "./errors.ts";

const CHAIN = "chain";
const REORG_HOLD = "reorg-hold";

/**
 * Binds an empty database to one rollup and block size, and refuses one bound to another. Throws `db/wrong-chain`.
 */
export async function bindChain(db: Db, domain: Domain, slotCount: BlockSize): Promise<void> {
  const own = { chainId: domain.chainId.toString(), rollup: domain.rollup.toString(16), slotCount };
  await db
    .insertInto("settings")
    .values({ key: CHAIN, value: JSON.stringify(own) })
    .onConflict((conflict) => conflict.column("key").doNothing())
    .execute();
  const { value } = await db.selectFrom("settings").select("value").where("key", "=", CHAIN).executeTakeFirstOrThrow();
  const differs = Object.entries(own).filter(([key, expected]) => !Object.is(Reflect.get(value, key), expected));
  if (differs.length === 0) return;
  throw new CairnError<DbErrorCode>(
    "db/wrong-chain",
    `the database belongs to another rollup: ${JSON.stringify(value)}`,
    {
      details: { stored: value, expected: own },
    },
  );
}

/** The rollup and block size that the database is bound to, undefined before {@link bindChain}. Throws `db/corrupt`. */
export async function findChain(
  db: Db,
): Promise<{ readonly domain: Domain; readonly slotCount: BlockSize } | undefined> {
  const row = await db.selectFrom("settings").select("value").where("key", "=", CHAIN).executeTakeFirst();
  if (row === undefined) return undefined;
  const { chainId, rollup, slotCount } = { chainId: "", rollup: "", slotCount: 0, ...row.value };
  if (slotCount !== 16 && slotCount !== 64 && slotCount !== 256) {
    throw new CairnError<DbErrorCode>("db/corrupt", `the database is bound to blocks of ${slotCount} slots`);
  }
  return { domain: { chainId: BigInt(chainId), rollup: BigInt(`0x${rollup}`) }, slotCount };
}

/**
 * Notes that L1 up to this block is being read again after a reorg: until then the stored queue is incomplete, and nobody may
 * conclude from it that a block must be rebuilt.
 */
export async function holdRebuilds(db: Db, untilL1Block: number): Promise<void> {
  const value = JSON.stringify({ untilL1Block });
  await db
    .insertInto("settings")
    .values({ key: REORG_HOLD, value })
    .onConflict((conflict) => conflict.column("key").doUpdateSet({ value }))
    .execute();
}

/** The L1 block of {@link holdRebuilds}, null when nothing is held. */
export async function findRebuildHold(db: Db): Promise<number | null> {
  const row = await db.selectFrom("settings").select("value").where("key", "=", REORG_HOLD).executeTakeFirst();
  return row === undefined ? null : Number(Reflect.get(row.value, "untilL1Block"));
}

/** Ends {@link holdRebuilds}. */
export async function releaseRebuilds(db: Db): Promise<void> {
  await db.deleteFrom("settings").where("key", "=", REORG_HOLD).execute();
}
