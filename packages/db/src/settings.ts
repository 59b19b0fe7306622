import { type BlockSize, CairnError, type Domain } from "@cairn/protocol";
import type { Db } from "./database.ts";
import type { DbErrorCode } from "./errors.ts";

const CHAIN = "chain";

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
