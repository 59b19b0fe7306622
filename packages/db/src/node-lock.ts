import { CairnError } from "@cairn/protocol";
import pg from "pg";
import type { Database } from "./database.ts";
import type { DbErrorCode } from "./errors.ts";

/** The right to be the only holder of a role on a database. */
export interface NodeLock {
  /** Resolves when the right is lost because the connection that held it broke. */
  readonly lost: Promise<void>;
  readonly release: () => Promise<void>;
}

const LOCK_NAMESPACE = 0x6361_6972;

/**
 * Takes the role's lock, which the server frees however this process ends. An embedded database is used by one process
 * anyway, which the state store's own lock ensures. Throws `db/locked`, `db/unavailable`.
 */
export async function acquireNodeLock({ engine }: Database, role: string): Promise<NodeLock> {
  const lost = Promise.withResolvers<void>();
  if (engine.type === "embedded") return { lost: lost.promise, release: () => Promise.resolve() };
  const client = new pg.Client({ connectionString: engine.url, keepAlive: true });
  client.on("error", () => lost.resolve());
  try {
    await client.connect();
    const { rows } = await client.query<{ taken: boolean }>("select pg_try_advisory_lock($1, hashtext($2)) as taken", [
      LOCK_NAMESPACE,
      role,
    ]);
    if (rows[0]?.taken === true) return { lost: lost.promise, release: () => client.end() };
  } catch (cause) {
    await client.end().catch(() => undefined);
    throw new CairnError<DbErrorCode>("db/unavailable", "the database cannot be reached", { cause });
  }
  await client.end();
  throw new CairnError<DbErrorCode>("db/locked", `another process is the ${role} of this database`);
}
