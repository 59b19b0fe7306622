import type { Database } from "@cairn/db";
import type { KyselyPlugin } from "kysely";

/** A database that counts what it is asked. */
export interface CountedDatabase {
  readonly database: Database;
  /** Statements since this was called last. */
  readonly take: () => number;
}

/** The same database, counting; what goes another way, such as the job engine, is not counted. */
export function countQueries(database: Database): CountedDatabase {
  let count = 0;
  const plugin: KyselyPlugin = {
    transformQuery: ({ node }) => {
      count++;
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  return {
    database: { ...database, db: database.db.withPlugin(plugin) },
    take: () => {
      const taken = count;
      count = 0;
      return taken;
    },
  };
}
